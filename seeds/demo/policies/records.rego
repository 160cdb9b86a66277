# METADATA
# title: Open records request
# description: >-
#   Decides how a request for public records is answered: release, release in part, refuse, ask for
#   more, or leave it to a person. Also says whether the answer is late and what the copies cost.
package demo.records

# An exemption either closes a whole record or only some passages of it.
exemptions := {
	"personnel_file": "whole",
	"attorney_advice": "whole",
	"security_plan": "whole",
	"personal_data": "part",
	"trade_secret": "part",
	"ongoing_investigation": "whole",
}

response_days := 10

extension_days := 10

free_pages := 50

cents_per_page := 15

default decision := "ask"

decision := "review" if {
	clear_request
	count(unknown) > 0
} else := "release" if {
	clear_request
	count(closed) == 0
	count(redacted) == 0
} else := "refuse" if {
	clear_request
	count(closed) == count(input.records)
} else := "release_in_part" if {
	clear_request
}

default allow := false

allow if decision in {"release", "release_in_part"}

# A request must say what is sought; nobody must say why.
clear_request if count(unclear) == 0

unclear contains "the request names no subject" if object.get(input, ["request", "subject"], "") == ""

unclear contains "the request covers no period" if not input.request.period

unclear contains "no records were found" if not found

found if count(input.records) > 0

# Consent of the person concerned lifts the protection of personal data.
applies(record, exemption) if {
	exemptions[exemption]
	not lifted(record, exemption)
}

lifted(record, exemption) if {
	exemption == "personal_data"
	record.consent
}

unknown contains msg if {
	some record in input.records
	some exemption in record.exemptions
	not exemptions[exemption]
	msg := sprintf("%s: there is no exemption called %s", [record.id, exemption])
}

closed contains record.id if {
	some record in input.records
	some exemption in record.exemptions
	exemptions[exemption] == "whole"
	applies(record, exemption)
}

redacted contains record.id if {
	some record in input.records
	not record.id in closed
	some exemption in record.exemptions
	exemptions[exemption] == "part"
	applies(record, exemption)
}

reasons contains msg if some msg in unclear

reasons contains msg if {
	some record in input.records
	some exemption in record.exemptions
	applies(record, exemption)
	msg := sprintf("%s: %s", [record.id, exemption])
}

reasons contains msg if some msg in unknown

# Days are working days since the request came in.
allowed_days := response_days + extension_days if {
	input.request.extended
} else := response_days

default late := false

late if input.request.working_days_open > allowed_days

pages := sum([record.pages | some record in input.records; not record.id in closed])

fee_cents := 0 if {
	input.request.fee_waiver
} else := max([0, pages - free_pages]) * cents_per_page
