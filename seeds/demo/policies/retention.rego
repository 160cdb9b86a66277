# METADATA
# title: Retention of records
# description: >-
#   Applies a retention schedule to records. A record is kept for some calendar years after the
#   year in which it was closed, and then destroyed or given to the archive, unless a hold applies.
package demo.retention

# Years to keep after closing, and what happens to the record then.
schedule := {
	"bill_file": {"years": 10, "then": "archive"},
	"committee_minutes": {"years": 6, "then": "archive"},
	"hearing_audio": {"years": 4, "then": "archive"},
	"constituent_letter": {"years": 2, "then": "destroy"},
	"visitor_log": {"years": 1, "then": "destroy"},
	"payroll": {"years": 7, "then": "destroy"},
}

decisions[record.id] := decision if {
	some record in input.records
	decision := {
		"action": action(record),
		"keep_until": keep_until(record),
		"reasons": reasons(record),
	}
}

due contains record.id if {
	some record in input.records
	action(record) in {"archive", "destroy"}
}

# A record may be destroyed only if its decision says so.
default may_destroy := false

may_destroy if decisions[input.record_id].action == "destroy"

action(record) := "keep" if {
	count(reasons(record)) > 0
} else := schedule[record.class].then

keep_until(record) := sprintf("%d-12-31", [closing_year(record) + schedule[record.class].years])

keep_until(record) := "unknown" if not known(record)

known(record) if {
	schedule[record.class]
	closing_year(record)
}

closing_year(record) := to_number(split(record.closed_on, "-")[0])

# Without a date nothing is due.
today := object.get(input, "today", "")

# Why a record must be kept for now.
reasons(record) := hold_reasons(record) | schedule_reasons(record)

hold_reasons(record) := {msg |
	some hold in input.holds
	object.get(hold, "active", true)
	applies(hold, record)
	msg := sprintf("on hold: %s", [object.get(hold, "matter", "a matter without a name")])
}

applies(hold, record) if record.class in hold.classes

applies(hold, record) if record.id in hold.records

schedule_reasons(record) := {"the class of the record is not in the schedule"} if {
	class := object.get(record, "class", "")
	not schedule[class]
} else := {"the record is still open"} if {
	not record.closed_on
} else := {msg |
	until := keep_until(record)
	today <= until
	msg := sprintf("kept until %s", [until])
}
