package ledger

// Subscription: an agency's subscription to changes was made, changed or ended. It stands in the platform's ledger.
const Subscription Act = "subscription"
