package ledger

// Trial: a model version went on trial beside the one in force, was counted over everybody, or its trial was ended. It stands
// in the platform's ledger.
const Trial Act = "trial"
