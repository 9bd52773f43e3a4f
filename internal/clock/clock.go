// Package clock is the table of time limits that the law and the Charter set: within how many days a dispute is answered, an
// annulled penalty withdrawn, a defaulter's entry removed. Each limit is dated data with its source; the shortest in force
// counts. Days that only authorities work on are counted by the calendar of public holidays.
package clock
