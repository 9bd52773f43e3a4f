package charter

import (
	"strings"

	"probity/internal/subject"
)

// ChannelKind is a way on which a subject can be told.
type ChannelKind string

// The kinds of channel. What stands in the inbox stands there whatever the channel.
const (
	// FileChannel lays letters into a folder of the subject's own, for the counter or the printer.
	FileChannel ChannelKind = "file"
	// MailChannel sends e-mail.
	MailChannel ChannelKind = "mail"
	// HookChannel calls an address of the subject's own systems, signed.
	HookChannel ChannelKind = "hook"
	// PublicationChannel is substituted service: it is published that a notice waits.
	PublicationChannel ChannelKind = "publication"
)

// ChannelTerms is a channel about to be set or ended.
type ChannelTerms struct {
	Subject subject.Subject
	Kind    ChannelKind
	// By is who sets it; With is a second official.
	By, With Actor
	// Proof is the SHA-256 in hexadecimal of the document in which the subject asked for it, where officials set it.
	Proof string
	// Tried says what was tried before service by publication.
	Tried string
}

// ChannelPermit permits the store to keep or to end one channel.
type ChannelPermit struct{ terms *ChannelTerms }

// Terms are those of the channel; nil in a zero permit.
func (p ChannelPermit) Terms() *ChannelTerms { return p.terms }

// PermitChannel holds C7: a subject is told on a channel it has chosen and used, by its own act or before two officials;
// or, organisations only, by lawful substituted service once it could not be reached. Nobody else says where a subject's
// notices go, and no human being's affairs are published.
func PermitChannel(t ChannelTerms) (ChannelPermit, error) {
	if t.Subject.ID == 0 {
		return ChannelPermit{}, Refuse("C7", "subject", "name one subject", "the channel is nobody's")
	}
	switch t.Kind {
	case PublicationChannel:
		if err := substituted(&t); err != nil {
			return ChannelPermit{}, err
		}
	case FileChannel, MailChannel, HookChannel:
		if err := chosen(&t); err != nil {
			return ChannelPermit{}, err
		}
	default:
		return ChannelPermit{}, Refuse("C7", "kind of channel", "choose file, mail or hook", "there is no channel of the kind %q", t.Kind)
	}
	return ChannelPermit{&t}, nil
}

func chosen(t *ChannelTerms) error {
	if t.By.Subject != 0 && t.By.Subject == t.Subject.ID {
		return nil
	}
	switch {
	case !t.By.IsOfficial() || !t.With.IsOfficial() || t.By.Title() == t.With.Title():
		return Refuse("C7", "channel of the subject's own choice", "have the subject set it with its own credential, or before two officials",
			"nobody else says where a subject's notices go")
	case len(t.Proof) != 64:
		return Refuse("C7", "proof of the choice", "give the document in which the subject asked for it; its SHA-256 is kept",
			"no document shows that the subject chose the channel")
	}
	return nil
}

func substituted(t *ChannelTerms) error {
	switch {
	case t.Subject.Natural():
		return Refuse("C7", "service that exposes nobody", "keep the notices in the inbox, and find the person by the address its identity document shows",
			"a human being is not served by publication")
	case !t.By.IsOfficial():
		return Refuse("C7", "official", "show the credential of the official who orders it", "no official orders service by publication")
	case strings.TrimSpace(t.Tried) == "":
		return Refuse("C7", "attempts before", "say what was tried to reach the organisation: --tried", "service by publication comes after every other way")
	}
	return nil
}
