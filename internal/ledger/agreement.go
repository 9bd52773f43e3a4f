package ledger

// Agreement: a step was taken in the life of an agreement on reading. It stands in the platform's ledger.
const Agreement Act = "agreement"
