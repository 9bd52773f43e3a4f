// Package firms makes up organisations for measurements of linkage: as many as are wanted, each with a name, an address and
// a telephone number, and written again with the slips of those who copy such things. Nothing in it is anybody's: streets
// and brands are put together by number.
package firms

import (
	"fmt"
	"strings"
)

// Columns are what is known of an organisation.
var columns = []string{"name", "address", "phone"}

// Columns are the names of the columns of [Written].
func Columns() []string { return append([]string(nil), columns...) }

var (
	towns    = []string{"杭州", "宁波", "温州", "嘉兴", "湖州", "绍兴", "金华", "衢州", "舟山", "台州", "丽水", "苏州", "无锡", "常州", "南通", "扬州"}
	syllable = []rune("恒达瑞丰宏远华兴盛世金桥博雅康泰鼎安信诚永佳德隆利源昌顺和美正大中天海岳云龙腾飞凯旋荣光明亮新宇立群星辰东方")
	trades   = []string{"机械设备", "贸易", "食品", "纺织", "物流", "纸业", "建筑材料", "电子科技", "信息技术", "医疗器械", "环保工程", "装饰", "包装", "化工", "农业开发", "文化传媒"}
	forms    = []string{"有限公司", "有限责任公司", "股份有限公司"}
	streets  = []string{"解放", "人民", "中山", "建设", "环城", "滨江", "湖滨", "工业", "科技", "文化", "学院", "体育场", "凤起", "庆春", "天目山", "莫干山"}
)

// pick is the k-th trait of the i-th organisation, below n.
func pick(i, k, n int) int {
	z := uint64(i)<<8 + uint64(k) + 1
	z *= 0x9E3779B97F4A7C15
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return int((z ^ z>>31) % uint64(n))
}

// Written is the i-th organisation as it is written the k-th time: the first time, k 0, as it is; later with slips.
func Written(i, k int) []string {
	var brand strings.Builder
	for at := range 2 + pick(i, 1, 2) {
		brand.WriteRune(syllable[pick(i, 10+at, len(syllable))])
	}
	town := towns[pick(i, 2, len(towns))]
	row := []string{
		town + brand.String() + trades[pick(i, 3, len(trades))] + forms[pick(i, 4, 20)/9],
		fmt.Sprintf("%s市%s%s路%d号%d室", town, streets[pick(i, 5, len(streets))], []string{"东", "西", "南", "北", ""}[pick(i, 6, 5)], 1+pick(i, 7, 2000), 101+pick(i, 8, 1900)),
		fmt.Sprintf("05%02d-8%07d", 70+pick(i, 2, len(towns)), pick(i, 9, 1e7)),
	}
	if k == 0 {
		return row
	}
	seed := i*31 + k
	if pick(seed, 20, 2) == 0 {
		row[0] = strings.TrimPrefix(row[0], town)
	}
	if pick(seed, 21, 3) == 0 {
		row[0] = strings.Replace(row[0], "有限责任公司", "公司", 1)
	}
	if pick(seed, 22, 3) == 0 {
		row[1] = strings.Split(row[1], "号")[0] + "号"
	}
	if pick(seed, 23, 4) == 0 {
		row[2] = ""
	} else if pick(seed, 24, 5) == 0 {
		row[2] = row[2][:len(row[2])-1] + "0"
	}
	if pick(seed, 25, 12) == 0 {
		row[1] = ""
	}
	return row
}
