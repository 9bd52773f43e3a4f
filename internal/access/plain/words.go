package plain

import "probity/internal/ledger"

// words are the fixed parts of the sentences.
type words struct {
	at string // the layout of an instant
	// what names what is read; acts are what else is done, with room for the verb where it varies; verbs are those, by the
	// code in the entry, or by the act and the code where the code alone does not say it.
	what  map[string]string
	acts  map[ledger.Act]string
	verbs map[string]string

	read, tried, withheld, self, holder, mandate, itself, somebody, stop string
	purpose, basis, file, model, measure, record, level                  string
	consent, datasets, refused, of, and, separator, said                 string
	// shown are the parts of a file and the levels of an answer.
	shown map[string]string
	// counter says that the file was handed out at a counter, proofs what was shown there.
	counter string
	// charter names a missing element with the line of the Charter; rests are what the rest of an act's entry begins with.
	charter string
	rests   map[string]string
	// together names the second official there, document the digest of a document, outcome how a dispute ended.
	together, document, outcome string
	proofs                      map[string]string
}

var english = words{
	at: "2 January 2006 at 15:04",
	what: map[string]string{
		"file": "your file", "rating": "your rating", "decision": "whether a measure applies to you", "explanation": "how your rating came about",
		"history": "your earlier ratings", "own_file": "the whole file", "log": "who looked at the file", "dispute": "a dispute of yours",
		"evidence": "the evidence in a dispute of yours", "ruling": "a decision by an official", "erasure": "an erasure", "repair": "a repair",
		"quarantine": "rows that wait, which may be about persons", "impact": "an impact report, which names organisations",
		"listing": "an entry on a list about you", "order": "an order about you",
		"candidate": "your file beside another, to tell whether both are of one",
	},
	acts: map[ledger.Act]string{
		ledger.Consent: "a consent was given", ledger.Withdrawal: "a consent was withdrawn", ledger.Credential: "a credential was %s",
		ledger.Order: "an order was %s", ledger.Link: "the file was %s another", ledger.Freeze: "the file was %s readings by consent",
		ledger.Delay: "a court ordered that readings be shown later", ledger.Listing: "a list: %s", ledger.Channel: "a way on which you are told was %s",
		ledger.Erasure: "%s was erased, or restricted until it can be", ledger.Restore: "the database was put back from a backup",
		ledger.Received: "a file was received", ledger.Key: "the log itself was changed: %s", ledger.Move: "the database was carried to another place", ledger.Mandate: "a mandate was %s", ledger.Dispute: "a dispute was %s",
		ledger.Statement: "your own words were %s", ledger.Recall: "a recipient %s that it deleted or corrected what it had",
		ledger.Repair: "a repair was %s", ledger.Ruling: "an official's decision was %s", ledger.Model: "a rating model was %s",
	},
	verbs: map[string]string{
		"freeze closed": "closed to", "freeze opened": "opened to", "link joined": "joined with", "link parted": "parted from",
		"link candidate": "put before an official as perhaps of the same one as", "link judged same": "judged to be of the same one as",
		"link judged different": "judged not to be of the same one as", "link judged unclear": "looked at, without a result, beside",
		"order objected": "contested", "order expired": "ended by its own term", "order escalated": "sent to the body above, since nobody answered",
		"ruling escalated": "sent to the body above, since nobody reviewed it", "listing escalated": "removal was brought before the body above, since nobody answered",
		"order review_requested": "sent for review", "ruling review_requested": "sent for review",
		"dispute result": "answered", "dispute complaint": "followed by a complaint", "dispute answer": "closed: the complaint was answered",
		"dispute reinstate": "closed: the record was certified and is back in use", "dispute reminder": "not answered in time, and both sides were told",
		"outcome corrected": "corrected", "outcome deleted": "deleted", "outcome verified": "checked and right", "outcome unverifiable": "cannot be shown to be right",
		"outcome withdrawn": "taken back", "outcome upheld": "upheld", "outcome rejected": "rejected",
		"erasure file": "the file", "erasure record": "a record",
		"draft": "an entry was drafted", "notify": "you were served with the advance notice", "object": "an objection was made", "hearing": "a hearing was asked for",
		"hear": "the hearing was held", "answer": "the objection was answered", "grace": "a respite was given", "decide": "it was decided to list",
		"approve": "the decision was approved", "drop": "the draft was given up", "publish": "the entry was published", "request": "removal was asked for",
		"accept": "the entry was removed", "refuse": "removal was refused", "expire": "the entry came to its end", "revoke": "the decision was taken back",
		"annul":          "the entry was annulled",
		"key rotate-key": "a new key", "key drop": "trees were removed", "key restart": "it was begun anew", "key export": "its entries were written to a file",
		"model compared": "compared with the one in force, in an impact report", "model activated": "put in force", "model retired": "taken out of force",
	},
	read: "On %s %s read %s", tried: "On %s %s tried to reach %s and was refused", self: "you", holder: "who acts for you, subject %s,", mandate: "by the mandate %s", itself: "by itself",
	withheld: "An entry whose contents a court keeps back for a time; its place and its hash can be checked now, and its contents are shown by themselves when that time is over.",
	somebody: "somebody without an agency", stop: ".", purpose: "for %s", basis: "by %s", file: "case %s", model: "model %s", measure: "measure %s",
	record: "record %s", level: "shown: %s", consent: "under consent %s", datasets: "datasets: %s", refused: "missing: %s",
	of: "%[2]s of %[1]s", and: ", ", separator: "; ", said: "%s",
	shown: map[string]string{
		"yes_no": "yes or no only", "band": "the band only", "records": "the records", "orders": "the orders", "lists": "the entries on lists",
		"decisions": "the decisions", "rulings": "what officials decided", "repairs": "the way to repair, and applications for it", "disputes": "the disputes",
		"statements": "your own words", "consents": "the consents", "notices": "what you were told", "channels": "the ways on which you are told",
		"recalls": "what others must take back", "receipt": "the receipt of an entry", "events": "that it changes, as it happens",
	},
	charter: "%s (Charter %s)",
	rests: map[string]string{ //nolint:gosec // words about credentials, and no credential
		"credential own": "your own credential, number", "channel file": "a folder", "channel mail": "e-mail", "channel hook": "signed calls",
		"channel publication": "publication",
	},
	counter: "handed out at a counter to whoever showed %s", together: "together with %s", document: "document with the SHA-256 %s", outcome: "outcome: %s",
	proofs: map[string]string{
		"resident-id": "your resident identity card", "passport": "your passport", "residence-permit": "your residence permit",
		"licence": "your licence", "mandate": "your mandate",
	},
}

var chinese = words{
	at: "2006年1月2日15:04",
	what: map[string]string{
		"file": "您的信用档案", "rating": "您的信用评价", "decision": "某项措施是否适用于您", "explanation": "您的信用评价的形成过程",
		"history": "您的历史信用评价", "own_file": "本人全部档案", "log": "本档案的查阅记录", "dispute": "您提出的异议",
		"evidence": "您提出异议的证据", "ruling": "经办人员的决定", "erasure": "删除", "repair": "信用修复", "quarantine": "可能涉及个人的待处理数据",
		"impact": "列有组织名单的模型影响报告", "listing": "有关您的名单事项", "order": "有关您的限制令",
		"candidate": "您的档案（与另一档案对照，以核实是否属同一主体）",
	},
	acts: map[ledger.Act]string{
		ledger.Consent: "作出同意", ledger.Withdrawal: "撤回同意", ledger.Credential: "凭证%s", ledger.Order: "限制令%s", ledger.Link: "档案与另一档案%s",
		ledger.Freeze: "对基于同意的查阅%s档案", ledger.Delay: "法院命令暂缓告知查阅", ledger.Listing: "名单：%s", ledger.Channel: "告知渠道%s",
		ledger.Erasure: "%s已删除，或在可删除前限制使用", ledger.Restore: "数据库由备份恢复", ledger.Received: "收到文件", ledger.Key: "日志本身变更：%s", ledger.Move: "数据库迁移至另一处", ledger.Mandate: "授权委托%s",
		ledger.Dispute: "异议%s", ledger.Statement: "本人声明%s", ledger.Recall: "接收方%s已删除或更正", ledger.Repair: "信用修复%s", ledger.Ruling: "人工决定%s",
		ledger.Model: "评价模型%s",
	},
	verbs: map[string]string{
		"freeze closed": "关闭", "freeze opened": "开放", "link joined": "合并", "link parted": "分离",
		"link candidate": "可能属同一主体，已提交人工核对", "link judged same": "经核对属同一主体", "link judged different": "经核对不属同一主体", "link judged unclear": "经核对无法判断",
		"mandate given": "已登记", "mandate ended": "已终止",
		"erasure file": "档案", "erasure record": "记录",
		"draft": "拟列入", "notify": "已送达事先告知", "object": "提出异议", "hearing": "申请听证", "hear": "已举行听证", "answer": "已答复异议", "grace": "给予宽限",
		"decide": "决定列入", "approve": "决定已获批准", "drop": "放弃拟列入", "publish": "已公布", "request": "申请移出", "accept": "已移出", "refuse": "不予移出",
		"expire": "期限届满", "revoke": "撤回决定", "annul": "已撤销",
		"issued": "已签发", "revoked": "已吊销", "entered": "已录入", "served": "已送达", "in_force": "已生效", "lifted": "已解除", "annulled": "已撤销",
		"expired": "期限届满", "objected": "已提出异议", "answered": "已答复", "review_requested": "已申请复核", "review-requested": "已申请复核",
		"escalated": "已自动提交复核", "listing escalated": "因逾期未答复，移出申请已提交上级机关", "upheld": "已维持", "forwarded": "已转交", "granted": "已准予", "refused": "不予准许", "asked": "已申请", "made": "已作出",
		"reviewed": "已复核", "opened": "已提出", "settled": "已处理", "complained": "已投诉", "withdrawn": "已撤回", "certified": "已核证", "reinstated": "已恢复",
		"set": "已设定", "ended": "已终止", "confirmed": "已确认", "removed": "已删除", "acknowledged": "确认",
		"rotate-key": "更换密钥", "key drop": "清除",
		"dispute result": "已答复", "dispute complaint": "已投诉", "dispute answer": "投诉已答复", "dispute reinstate": "经核证恢复使用", "dispute reminder": "逾期，已告知双方",
		"outcome corrected": "已更正", "outcome deleted": "已删除", "outcome verified": "经核实无误", "outcome unverifiable": "无法核实", "outcome withdrawn": "已撤回",
		"outcome upheld": "成立", "outcome rejected": "不成立", "restart": "重新开始", "export": "导出",
		"model registered": "已登记", "model compared": "已出具影响报告", "model approved": "已获批准", "model activated": "已生效", "model retired": "已停用",
	},
	read: "%s，%s查阅了%s", tried: "%s，%s试图访问%s，被拒绝", self: "您本人", holder: "您的受托人%s", mandate: "依据授权委托%s", itself: "自动",
	withheld: "法院命令暂缓公开本条内容；其位置与哈希值现可核验，期限届满后自动显示。",
	somebody: "无单位人员", stop: "。", purpose: "用途：%s", basis: "依据：%s", file: "案号：%s", model: "模型：%s", measure: "措施：%s",
	record: "记录：%s", level: "所示内容：%s", consent: "依据同意书%s", datasets: "数据集：%s", refused: "缺少：%s",
	of: "%[1]s的%[2]s", and: "、", separator: "；", said: "%s",
	shown: map[string]string{
		"yes_no": "仅是或否", "band": "仅等级", "records": "记录", "orders": "限制令", "lists": "列入名单情况", "decisions": "决定", "rulings": "人工决定",
		"repairs": "信用修复途径与申请", "disputes": "异议", "statements": "本人声明", "consents": "授权同意", "notices": "通知", "channels": "告知渠道",
		"recalls": "撤回与更正通知", "receipt": "登记凭据", "events": "变更通知（仅告知有变更）",
	},
	charter: "%s（宪章%s）",
	rests: map[string]string{ //nolint:gosec // words about credentials, and no credential
		"credential own": "本人凭证，编号", "channel file": "文件投递", "channel mail": "电子邮件", "channel hook": "签名接口推送", "channel publication": "公告送达",
	},
	counter: "在窗口凭%s交付", together: "与%s共同办理", document: "文件的 SHA-256：%s", outcome: "结果：%s",
	proofs: map[string]string{
		"resident-id": "居民身份证", "passport": "护照", "residence-permit": "居住证或永久居留身份证", "licence": "登记证照", "mandate": "公证授权委托书",
	},
}
