# METADATA
# title: Quorum and result of a vote
# description: >-
#   Checks that a recorded vote was taken by a quorum and according to the roll, counts it, and
#   says whether the question carried under the rule that applies to it.
package demo.quorum

default valid := false

valid if {
	quorum_needed
	required_yes
	count(problems) == 0
}

default passed := false

passed if {
	valid
	tally.yes >= required_yes
}

seated := object.get(input, ["chamber", "members"], [])

votes := {"yes", "no", "present"}

# Whoever answered the roll, by any answer, was present.
present contains vote.member if some vote in input.votes

tally[answer] := count(members) if {
	some answer in votes
	members := {vote.member |
		some vote in input.votes
		vote.answer == answer
	}
}

# A majority of all seats, vacant ones included.
quorum_needed := floor(input.chamber.seats / 2) + 1

threshold := object.get(input, ["question", "rule"], "majority_voting")

required_yes := floor((tally.yes + tally.no) / 2) + 1 if threshold == "majority_voting"

required_yes := floor(input.chamber.seats / 2) + 1 if threshold == "majority_elected"

required_yes := ceil((count(present) * 2) / 3) if threshold == "two_thirds_present"

required_yes := ceil((input.chamber.seats * 2) / 3) if threshold == "two_thirds_elected"

problems contains msg if {
	count(present) < quorum_needed
	msg := sprintf("no quorum: %d of %d members answered, %d are needed", [
		count(present),
		input.chamber.seats,
		quorum_needed,
	])
}

problems contains msg if {
	some member in present
	not member in seated
	msg := sprintf("%s does not sit in this chamber", [member])
}

problems contains msg if {
	some member in present
	answers := [vote.answer | some vote in input.votes; vote.member == member]
	count(answers) > 1
	msg := sprintf("%s is recorded %d times", [member, count(answers)])
}

problems contains msg if {
	some vote in input.votes
	answer := object.get(vote, "answer", "none")
	not answer in votes
	msg := sprintf("%s has an unknown answer: %v", [vote.member, answer])
}

problems contains msg if {
	some vote in input.votes
	vote.member in object.get(input, "recused", [])
	vote.answer in {"yes", "no"}
	msg := sprintf("%s was recused and voted", [vote.member])
}

problems contains "it is not known how many seats the chamber has" if not input.chamber.seats

problems contains msg if {
	not threshold in {"majority_voting", "majority_elected", "two_thirds_present", "two_thirds_elected"}
	msg := sprintf("no rule is called %s", [threshold])
}

summary := sprintf("%d yes, %d no, %d present; %d yes needed", [tally.yes, tally.no, tally.present, required_yes])
