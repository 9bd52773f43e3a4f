// Package post brings notices to their subjects' doors: by file drop, e-mail, or a signed call to an address the subject or
// its organisation has named. What cannot be delivered is tried again, said plainly, and stays in the inbox.
package post
