package measure

// DecisionPlace is what kept answers are bound to in the vault, for those who rule on them.
const DecisionPlace = decisionPlace
