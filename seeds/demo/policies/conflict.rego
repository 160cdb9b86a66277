# METADATA
# title: Conflict of interest
# description: >-
#   Compares a legislator's interests with a bill and with the committees that handle it. The
#   answer is clear, disclose or recuse, together with every interest that led to it; without a
#   legislator and a bill it is unknown.
package demo.conflict

# From this value in dollars on, a holding counts.
holding_threshold := 5000

relatives := {"spouse", "partner", "child", "parent", "sibling"}

leading_roles := {"chair", "co-chair", "vice chair"}

default decision := "unknown"

decision := "recuse" if {
	count(recuse) > 0
} else := "disclose" if {
	count(disclose) > 0
} else := "clear" if {
	input.legislator
	input.bill
}

# May the member take part in the vote?
default may_vote := false

may_vote if decision == "clear"

may_vote if {
	decision == "disclose"
	input.legislator.disclosed
}

# Interests in somebody whom the bill affects.
interests contains {"party": holding.company, "why": why, "special": special(holding.company)} if {
	some holding in input.legislator.holdings
	holding.company in affected
	holding.value >= holding_threshold
	why := sprintf("the member holds %v dollars in it", [holding.value])
}

interests contains {"party": job.employer, "why": why, "special": special(job.employer)} if {
	some job in input.legislator.employment
	job.employer in affected
	why := sprintf("the member is paid by it as %s", [object.get(job, "position", "employee")])
}

interests contains {"party": job.employer, "why": why, "special": special(job.employer)} if {
	some relative in input.legislator.family
	relative.relation in relatives
	some job in relative.employment
	job.employer in affected
	why := sprintf("a close relative (%s) is paid by it as %s", [
		relative.relation,
		object.get(job, "position", "employee"),
	])
}

affected := {party.name | some party in input.bill.affects}

# Whether the bill treats a party differently from the others in its trade.
special(name) if {
	some party in input.bill.affects
	party.name == name
	party.effect == "special"
} else := false

# The member's leading roles in committees that handle the bill.
leads contains seat.committee if {
	some seat in input.legislator.committees
	seat.committee in input.bill.committees
	seat.role in leading_roles
}

recuse contains msg if {
	some interest in interests
	interest.special
	msg := sprintf("%s is affected more than others: %s", [interest.party, interest.why])
}

recuse contains msg if {
	some interest in interests
	not interest.special
	some committee in leads
	msg := sprintf("%s: %s, and the member leads %s", [interest.party, interest.why, committee])
}

disclose contains msg if {
	some interest in interests
	not interest.special
	msg := sprintf("%s is affected like others in its trade: %s", [interest.party, interest.why])
}
