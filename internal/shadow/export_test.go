package shadow

// HumansDue is for tests: whether human beings are counted in the next run.
var HumansDue = humansDue

// Moved is for tests: how many move, by the directions.
var Moved = moved
