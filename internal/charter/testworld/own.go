package testworld

// OwnList is a list of a province's own, as a regulation of its people's congress could create it: a file that a deployment may
// bring.
const OwnList = `lists:
  - code: river-polluters
    title: Polluters of the delta's rivers | 三角洲河道污染者
    colour: black
    keepers: [samr]
    scope: [a]
    basis: basic-list
    level: local-regulation
    territory: "320000"
    kinds: [enterprise]
    from: 2026-09-01
    comment: {from: 2026-06-01, to: 2026-07-15}
    evaluation: 2028-09-01
    tier: general
    window: 5 working_day
    answer: 15 day
    term: P2Y
    repair: P6M
    contest: P60D
    remedy: "Review by the body above within 60 days | 六十日内申请行政复议"
    confidence: assumed
    grounds:
      - code: discharges
        title: Discharges without a permit | 无证排污
        basis: basic-list
        elements:
          - {code: penalty-number, title: Number of the penalty | 处罚决定书文号, kind: text}
    removal:
      - {code: cured, title: The harm is undone | 危害消除, within: 5 working_day, any_time: true}
`
