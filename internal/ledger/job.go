package ledger

// Job: work on everybody was ordered, paused, taken up again, cancelled, or came to its end. It stands in the platform's ledger.
const Job Act = "job"
