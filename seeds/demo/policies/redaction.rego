# METADATA
# title: Redaction of personal data
# description: >-
#   Decides which fields of a person's entry a role may see, and returns the entry with everything
#   else taken out. A field that no rule names is not shown.
package demo.redaction

public_fields := {"name", "party", "district", "chamber", "committees", "office_address", "office_phone"}

staff_fields := {"assistant", "mobile_phone", "parking_space", "office_hours"}

payroll_fields := {"salary", "bank_account", "home_address", "dependents"}

security_fields := {"home_address", "mobile_phone", "emergency_contact", "vehicle"}

offices := {
	"public": public_fields,
	"staff": (public_fields | staff_fields),
	"payroll": ({"name", "district"} | payroll_fields),
	"security": ({"name", "district", "chamber"} | security_fields),
}

own_fields := ((public_fields | staff_fields) | payroll_fields) | security_fields

default role := "public"

role := "self" if {
	is_string(input.viewer.id)
	input.viewer.id == input.person.id
} else := input.viewer.role if {
	offices[input.viewer.role]
}

# A protected address is hidden even from the office that would otherwise see it.
withheld contains "home_address" if {
	input.person.address_protected
	not role in {"self", "security"}
}

# An account is needed for payment alone.
withheld contains "bank_account" if {
	role == "payroll"
	object.get(input, "purpose", "") != "payment"
}

fields := own_fields if {
	role == "self"
} else := offices[role] - withheld

person := {field: value |
	some field, value in input.person
	field in fields
}

hidden contains field if {
	some field, _ in input.person
	not field in fields
	not field in {"id", "address_protected"}
}

# May the viewer see every field that was asked for?
default allow := false

allow if {
	count(input.requested) > 0
	every field in input.requested {
		field in fields
	}
}

deny contains msg if {
	some field in input.requested
	not field in fields
	msg := sprintf("the role %s may not see %s", [role, field])
}
