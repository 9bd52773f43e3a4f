package charter

import (
	"strings"

	"probity/internal/consent"
	"probity/internal/consent/wording"
)

// consentText holds that the words a person agreed to are a text that is in force on the day the consent is given, for all
// that the consent is about, in a language it is written in; and puts the digest of the exact words into the consent. A
// text that ends later ends no consent; a renewal is a consent of its own and uses the text of its own day.
func consentText(c *consent.Consent, t *ConsentTerms) error {
	w := &c.Words
	cure := "there is none for it: ask the operator of the platform"
	if names := t.Texts.InForce(t.Today, c.Contexts); len(names) > 0 {
		cure = "show the person one that is in force, and ask it to agree to that: " + strings.Join(names, ", ")
	}
	if w.Text == "" || w.Version == "" {
		return Refuse("C1", "text", cure, "the consent does not name the text that the person agreed to")
	}
	text := t.Texts.Text(w.Text, w.Version)
	switch {
	case text == nil:
		return Refuse("C1", "known text", cure, "nobody can agree to the text %s/%s: there is none", w.Text, w.Version)
	case t.Today < text.From:
		return Refuse("C1", "text in force", cure, "the text %s is not in force before %s", text.Name(), text.From)
	case !text.InForce(t.Today):
		return Refuse("C1", "text in force", cure, "the text %s has not been in force since %s", text.Name(), text.To)
	case !text.For(c.Contexts):
		return Refuse("C1", "text for the area of life", cure, "the text %s is not for %s", text.Name(), strings.Join(c.Contexts, ", "))
	}
	digest := text.Digest(w.Language)
	switch {
	case digest == "":
		return Refuse("C1", "text in a language", "show it in one of: "+strings.Join(wording.Languages(), ", "),
			"the text %s is not written in the language %q", text.Name(), w.Language)
	case w.Digest != "" && !strings.EqualFold(w.Digest, digest):
		return Refuse("C1", "text as it was shown", "show the person the words unchanged: probity consent text",
			"the words that were shown are not those of the text %s in %s", text.Name(), w.Language)
	}
	w.Digest = digest
	return nil
}
