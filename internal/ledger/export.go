package ledger

// Export: the organisations' records of a snapshot were written out as files. It stands in the platform's ledger.
const Export Act = "export"
