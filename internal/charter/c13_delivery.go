package charter

// DeliveryPermit permits an official to bring in files of an agency, to decide about what of them is held, and to see
// the rows that wait. Its zero value permits nothing.
type DeliveryPermit struct {
	by     Actor
	agency string
}

// By is the official who acts.
func (p DeliveryPermit) By() Actor { return p.by }

// Official names the official as agency/name.
func (p DeliveryPermit) Official() string { return p.by.Title() }

// Agency is the supplier for which the official acts.
func (p DeliveryPermit) Agency() string { return p.agency }

// PermitDelivery holds that what an agency has sent is sent, mended, withdrawn and looked into by officials of that
// agency, or by one of the agency that set the platform up, who takes its files in on its behalf: otherwise the bar to
// changing records on one's own house (C13) would be passed by naming another's. No agency named is the official's own.
func PermitDelivery(by Actor, agency, founder string) (DeliveryPermit, error) {
	if !by.IsOfficial() || by.Credential == "" {
		return DeliveryPermit{}, Refuse("C13", "official of the supplier", "show the credential of an official of the supplier: --as NAME",
			"records come from named officials of agencies, not from subjects")
	}
	if agency == "" {
		agency = by.Agency
	}
	if by.Agency != agency && (founder == "" || by.Agency != founder) {
		return DeliveryPermit{}, Refuse("C13", "credential of the supplier",
			"act for your own agency, or have an official of "+agency+" do it: --as NAME",
			"an official of %s does not act for %s", by.Agency, agency)
	}
	return DeliveryPermit{by, agency}, nil
}
