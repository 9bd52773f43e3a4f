package mutation

// Equivalent are the guards whose absence no test can notice, by name, each with the reason: another guard always refuses
// first, or the case cannot come about through any door. They stay for whoever changes the other guard. A test holds that
// the list names guards that are there, and make mutants that none of them is noticed after all.
var Equivalent = map[string]string{}
