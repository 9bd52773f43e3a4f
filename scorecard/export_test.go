package scorecard

// Shapes are the keys of each mapping of a model file, for the test that holds parser and JSON Schema together.
var Shapes = shapes
