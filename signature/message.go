package signature

import (
	"net/url"
	"strconv"
	"strings"
)

// Message is what a signature can cover of an HTTP request or response.
type Message struct {
	// Method is the request's, as sent: "POST".
	Method string
	// Scheme is "https" or "http"; Authority the host as the request names it, with its port where it names one; Path the
	// path as sent, still encoded; Query what follows the question mark, which Questioned says was there.
	Scheme, Authority, Path, Query string
	Questioned                     bool
	// Status is a response's, three digits; 0 in a request.
	Status int
	// Fields are the header fields by name in any case, each with its lines in order.
	Fields map[string][]string
	// Request is what a response answers; nil in a request, or where nothing of it is covered.
	Request *Message
}

// Request is the message of a request to the absolute address, without its content.
func Request(method, address string, fields map[string][]string) (*Message, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme == "" {
		return nil, refuse(Malformed, "@target-uri", "give an absolute address", "%q is no absolute address", address)
	}
	return &Message{
		Method: method, Scheme: u.Scheme, Authority: u.Host, Path: u.EscapedPath(),
		Query: u.RawQuery, Questioned: u.RawQuery != "" || u.ForceQuery, Fields: fields,
	}, nil
}

// field joins the lines of a field as RFC 9421, 2.1 has it; false where there is none.
func (m *Message) field(name string) (string, bool, error) {
	var lines []string
	found := 0
	for n, all := range m.Fields {
		if strings.EqualFold(n, name) && len(all) > 0 {
			lines, found = all, found+1
		}
	}
	if found != 1 {
		if found > 1 {
			return "", false, refuse(Malformed, name, "send the field under one name", "the field stands under several spellings")
		}
		return "", false, nil
	}
	trimmed := make([]string, len(lines))
	for i, l := range lines {
		trimmed[i] = strings.Trim(l, " \t")
		if strings.ContainsAny(trimmed[i], "\r\n\x00") {
			return "", false, refuse(Malformed, name, "send the field on one line", "the field holds a line break")
		}
	}
	return strings.Join(trimmed, ", "), true, nil
}

// authority is in lower case and without the scheme's own port (RFC 9421, 2.2.3).
func (m *Message) authority() string {
	a := strings.ToLower(m.Authority)
	switch m.Scheme {
	case "https":
		a = strings.TrimSuffix(a, ":443")
	case "http":
		a = strings.TrimSuffix(a, ":80")
	}
	return a
}

func (m *Message) path() string {
	if m.Path == "" {
		return "/"
	}
	return m.Path
}

func (m *Message) query() string {
	if !m.Questioned && m.Query == "" {
		return ""
	}
	return "?" + m.Query
}

// component gives the value of one; a missing one is an error.
func (m *Message) component(c item) (string, error) {
	name, of := c.value.(string), m
	for _, p := range c.with {
		if p.name != "req" || p.value != true {
			return "", refuse(Outside, c.String(), "cover the whole field, without parameters", "components with the parameter %s are outside this profile", p.name)
		}
		if of = m.Request; of == nil {
			return "", refuse(Uncovered, c.String(), "check it beside the request it answers", "there is no request beside the message")
		}
	}
	if !strings.HasPrefix(name, "@") {
		v, found, err := of.field(name)
		if err == nil && !found {
			err = refuse(Altered, name, "send the field as it was signed", "the signature covers the field, and it did not arrive")
		}
		return v, err
	}
	v, outside := "", false
	switch name {
	case "@method":
		v = of.Method
	case "@scheme":
		v = strings.ToLower(of.Scheme)
	case "@authority":
		v = of.authority()
	case "@path":
		v = of.path()
	case "@query":
		if v = of.query(); v == "" {
			v = "?" // RFC 9421, 2.2.7
		}
	case "@target-uri":
		v = strings.ToLower(of.Scheme) + "://" + of.authority() + of.path() + of.query()
	case "@status":
		if of.Status > 0 {
			v = strconv.Itoa(of.Status)
		}
	default:
		outside = true
	}
	switch {
	case outside:
		return "", refuse(Outside, name, "cover @method, @target-uri, @authority, @path, @query, @scheme, @status or fields", "the component is outside this profile")
	case v == "" || of.Status > 0 && name != "@status" || of.Status == 0 && name == "@status":
		return "", refuse(Uncovered, name, "cover what the message has", "the message has no such component")
	case strings.ContainsAny(v, "\r\n"):
		return "", refuse(Malformed, name, "send it on one line", "it holds a line break")
	}
	return v, nil
}

// base is the signature base (RFC 9421, 2.5): what is signed, a line a component and one for the parameters.
func (m *Message) base(items []item, with params) (string, error) {
	var b strings.Builder
	seen := map[string]bool{}
	for _, c := range items {
		id := c.String()
		if seen[id] {
			return "", refuse(Malformed, "Signature-Input", "cover each component once", "the component %s stands twice", id)
		}
		seen[id] = true
		v, err := m.component(c)
		if err != nil {
			return "", err
		}
		b.WriteString(id + ": " + v + "\n")
	}
	b.WriteString(`"@signature-params": ` + list(items, with))
	return b.String(), nil
}
