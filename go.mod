module probity

go 1.26
