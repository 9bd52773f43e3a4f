"""The plain lending loop as one writes it in Mesa: people lose and find work, borrow, pay, pay late or default, are scored
every month from their last two years, and get their next loan at a price by score. It does less than the laboratory's
baseline (no records with faults, no disputes, no courts, no households, no protected groups). It is timed twice: with what
became of everybody collected by Mesa's own DataCollector, as a study needs it, and bare, with nothing kept. Prints one JSON
object.

Usage: mesa_lending.py [PEOPLE] [MONTHS]
"""

import json
import random
import sys
import time

import mesa


class Person(mesa.Agent):
    def __init__(self, model):
        super().__init__(model)
        r = model.random
        self.income = r.lognormvariate(8, 0.6)
        self.character = r.randrange(8)
        self.hazard = 0.003 * (40 ** (self.character / 7)) / 12
        self.employed, self.left, self.owed, self.rate, self.score = True, 0, 0.0, 15.0, 600
        self.borrower = r.random() < 0.45
        self.history = []

    def live(self):
        r = self.model.random
        if self.employed:
            self.employed = r.random() >= 0.009
        else:
            self.employed = r.random() < 0.2
        if self.borrower:
            self.borrow(r)
        self.rated()

    def borrow(self, r):
        if self.left > 0:
            h = self.hazard * (1 + 0.0048 * (self.rate - 45)) * (1 if self.employed else 7)
            if r.random() < h:
                self.owed, self.left = self.income * 5 * self.left / 24, 0
                self.history.append(180)
                self.model.defaults += 1
            else:
                self.history.append(15 if r.random() < 0.02 else 0)
                self.left -= 1
            if len(self.history) > 24:
                self.history.pop(0)
        elif self.owed > 0:
            if r.random() < 0.02:
                self.owed = 0.0
        elif r.random() < 0.06:
            self.rate = 8.0 if self.score >= 700 else 13.0 if self.score >= 600 else 24.0
            self.left = 24

    def rated(self):
        late = [d for d in self.history[-12:] if d > 0]
        self.score = 610 + (80 if not late else -70) - (120 if self.history and max(self.history) > 90 else 0)


class Lending(mesa.Model):
    def __init__(self, people, collect, seed=1):
        super().__init__(rng=seed)
        self.random = random.Random(seed)
        self.defaults = 0
        Person.create_agents(self, people)
        self.collector = mesa.DataCollector(agent_reporters={k: k for k in ("score", "owed", "employed", "rate")}) if collect else None

    def step(self):
        self.agents.do("live")
        if self.collector:
            self.collector.collect(self)


def main():
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    months = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    rate = {}
    for collect in (False, True):
        model = Lending(people, collect)
        began = time.perf_counter()
        for _ in range(months):
            model.step()
        rate[collect] = people * months / (time.perf_counter() - began)
    print(json.dumps({"mesa": mesa.__version__, "people": people, "months": months, "bare_person_months_per_s": rate[False],
                      "person_months_per_s": rate[True], "defaults": model.defaults}))


main()
