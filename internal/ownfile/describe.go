package ownfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"probity/internal/fault"
)

// words are the names of fields that occur in several sections; what has none stands under its own name.
var words = map[string]string{
	"id": "编号", "at": "时间", "subject": "主体", "record": "记录", "dataset": "数据集", "agency": "机构", "official": "经办人", "purpose": "目的",
	"basis": "法律依据", "case": "案号", "act": "行为", "what": "内容", "detail": "说明", "reader": "查阅机构", "handler": "处理者",
	"recipients": "接收方", "contexts": "领域", "categories": "数据类别", "method": "评价方法", "from": "起始日", "to": "截止日", "given_at": "同意时间",
	"withdrawn_at": "撤回时间", "language": "语言", "words": "同意文本", "notice_text": "文本全文", "version": "版本", "digest": "摘要", "warned": "已告知不利后果", "in_writing": "书面同意", "status": "状态", "state": "状态", "ground": "理由", "due": "期限",
	"opened_at": "提出时间", "outcome": "结果", "issuer": "作出机关", "measure": "措施", "start": "起始日", "end": "终止日", "review": "复查日",
	"appeal": "救济途径", "served": "送达日", "occasion": "事由", "letter": "通知", "title": "标题", "body": "正文", "recipient": "接收方", "kind": "类型",
	"about": "事项", "acknowledged_at": "确认时间", "text": "内容", "law": "依据", "contest": "异议途径", "until": "截止", "number": "序号",
	"document": "文书", "target": "对象", "steps": "经过", "facts": "事实", "name": "名称", "value": "值", "read_at": "阅读时间", "seq": "序号",
	"reasons": "理由", "score": "分数", "band": "等级", "scheme": "标识类型", "once": "仅一次", "proof": "证明", "hash": "校验值",
}

func word(key string) Text {
	en := strings.ReplaceAll(key, "_", " ")
	if zh := words[key]; zh != "" {
		return Text{EN: en, ZH: zh}
	}
	return Plain(en)
}

// Describe makes a part of a list: every element is shown with its fields as they stand in the JSON, in their order. title
// names the fields that say what an element is. Rooms whose things read better otherwise make their items themselves.
func Describe[T any](list []T, title ...string) (Part, error) {
	if list == nil {
		list = []T{}
	}
	part := Part{Data: list}
	for i := range list {
		text, err := json.Marshal(list[i])
		if err != nil {
			return part, fault.New(fault.Internal, "ownfile.describe", "a part of the own file cannot be written").By(err)
		}
		item, err := describe(text, title)
		if err != nil {
			return part, fault.New(fault.Internal, "ownfile.describe", "a part of the own file cannot be read").By(err)
		}
		part.Items = append(part.Items, item)
	}
	return part, nil
}

func describe(text []byte, title []string) (Item, error) {
	var item Item
	fields, err := fieldsOf(text)
	if err != nil {
		return item, err
	}
	heads := map[string]string{}
	for _, f := range fields {
		value := plain(f.value)
		if value == "" {
			continue
		}
		heads[f.name] = value
		item.Facts = append(item.Facts, Fact{word(f.name), Plain(value)})
	}
	var head []string
	for _, name := range title {
		if heads[name] != "" {
			head = append(head, heads[name])
		}
	}
	item.Title = Plain(strings.Join(head, " · "))
	item.ID = heads["id"]
	return item, nil
}

type field struct {
	name  string
	value json.RawMessage
}

// fieldsOf reads an object's fields in their order.
func fieldsOf(text []byte) (fields []field, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return []field{{"value", text}}, nil //nolint:nilerr // what is no object stands as it is
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		var f field
		if err := d.Decode(&f.value); err != nil {
			return nil, err
		}
		f.name = fmt.Sprint(name)
		fields = append(fields, f)
	}
	return fields, nil
}

// Said writes a JSON value for readers, in one line; "" where it says nothing.
func Said(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	return plain(raw)
}

// plain is Said of a value that is there.
func plain(raw json.RawMessage) string {
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return string(raw)
	}
	return said(v, raw)
}

func said(v any, raw json.RawMessage) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return map[bool]string{true: "✓", false: ""}[v]
	case []any:
		var parts []string
		var elements []json.RawMessage
		if json.Unmarshal(raw, &elements) != nil {
			return string(raw)
		}
		for _, e := range elements {
			if s := plain(e); s != "" {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, "; ")
	}
	fields, err := fieldsOf(raw)
	if err != nil {
		return string(raw)
	}
	var parts []string
	for _, f := range fields {
		if s := plain(f.value); s != "" {
			parts = append(parts, strings.ReplaceAll(f.name, "_", " ")+": "+s)
		}
	}
	return strings.Join(parts, ", ")
}
