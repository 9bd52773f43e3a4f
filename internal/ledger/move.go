package ledger

// Move: the database was carried to another place, or that was begun. It stands in the platform's ledger at both places.
const Move Act = "move"
