# METADATA
# title: Role-based access to documents
# description: >-
#   Decides whether a person may do something to a document. Roles grant actions, a senior role
#   includes the junior ones, and a few prohibitions stand above every grant.
package demo.rbac

default allow := false

allow if {
	granted
	count(deny) == 0
}

# What each role may do by itself, for each kind of document.
grants := {
	"reader": {"bill": {"read"}, "report": {"read"}, "minutes": {"read"}},
	"drafter": {"bill": {"create", "edit"}, "report": {"create", "edit"}},
	"clerk": {"minutes": {"create", "edit", "publish"}, "report": {"publish"}},
	"counsel": {"bill": {"edit", "approve"}, "opinion": {"read", "create", "edit"}},
	"chief_clerk": {"bill": {"publish", "withdraw"}, "report": {"withdraw"}, "minutes": {"withdraw"}},
}

# The roles that a role stands for, itself among them.
includes := {
	"reader": {"reader"},
	"drafter": {"drafter", "reader"},
	"clerk": {"clerk", "reader"},
	"counsel": {"counsel", "drafter", "reader"},
	"chief_clerk": {"chief_clerk", "clerk", "drafter", "reader"},
}

roles contains role if {
	some held in input.user.roles
	some role in includes[held]
}

# The roles whose grants cover the request.
granted_by contains role if {
	some role in roles
	input.action in grants[role][input.document.kind]
}

granted if count(granted_by) > 0

deny contains "the account is suspended" if input.user.suspended

deny contains msg if {
	input.action in {"approve", "publish"}
	input.document.author == input.user.name
	msg := sprintf("%s may not %s a document of their own", [input.user.name, input.action])
}

deny contains msg if {
	input.action == "edit"
	input.document.state in {"published", "withdrawn"}
	msg := sprintf("a document that is %s may no longer be edited", [input.document.state])
}

deny contains msg if {
	input.action != "read"
	chamber := object.get(input.document, "chamber", "unknown")
	chamber != object.get(input.user, "chamber", "")
	msg := sprintf("the document belongs to another chamber: %s", [chamber])
}

reasons contains msg if some msg in deny

reasons contains msg if {
	some role in granted_by
	msg := sprintf("the role %s may %s this kind: %s", [role, input.action, input.document.kind])
}

reasons contains msg if {
	not granted
	msg := sprintf("no role of the user may %s this kind: %s", [input.action, input.document.kind])
}
