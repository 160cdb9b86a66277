# METADATA
# title: Publication of documents
# description: >-
#   Says whether a document may appear on the public site. Each obstacle is reported on its own, so
#   that an editor sees all of them at once; warnings do not stop publication.
package demo.publication

default publish := false

publish if {
	input.document
	count(deny) == 0
}

required_fields := {"kind", "version", "title", "language", "committee", "adopted_on"}

reviews_needed := {
	"minutes": {"clerk"},
	"report": {"clerk", "chair"},
	"opinion": {"clerk", "counsel"},
	"fiscal_note": {"clerk", "budget_office"},
}

# Whoever must approve a kind that is not listed.
all_reviewers := {"clerk", "chair", "counsel"}

missing_reviews := object.get(reviews_needed, object.get(input.document, "kind", ""), all_reviewers) - approved_by

approved_by := {review.by |
	some review in input.reviews
	review.outcome == "approved"
	review.version == input.document.version
}

deny contains msg if {
	some field in required_fields
	object.get(input.document, field, "") == ""
	msg := sprintf("the document has no %s", [field])
}

deny contains msg if {
	some reviewer in missing_reviews
	msg := sprintf("this version is not approved: %s", [reviewer])
}

# Without a date every embargo holds.
today := object.get(input, "today", "")

# Dates are written year first, so that the order of the texts is the order of the days.
deny contains msg if {
	until := input.document.embargo_until
	today < until
	msg := sprintf("the document is under embargo until %s", [until])
}

deny contains msg if {
	input.document.session == "closed"
	not input.document.released_by_vote
	msg := "what was said in closed session is published only after a vote to release it"
}

# Nine digits in three groups are taken for a social security number.
deny contains msg if {
	some number, paragraph in input.document.paragraphs
	regex.match(`\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b`, paragraph)
	msg := sprintf("paragraph %d seems to hold a social security number", [number + 1])
}

deny contains msg if {
	some attachment in input.document.attachments
	startswith(attachment.media_type, "image/")
	object.get(attachment, "description", "") == ""
	name := object.get(attachment, "name", "without a name")
	msg := sprintf("the image %s has no text for people who cannot see it", [name])
}

warn contains msg if {
	some number, paragraph in input.document.paragraphs
	count(paragraph) > 1200
	msg := sprintf("paragraph %d is long: %d characters", [number + 1, count(paragraph)])
}

warn contains msg if {
	some attachment in input.document.attachments
	type := object.get(attachment, "media_type", "unknown")
	not type in {"application/pdf", "text/csv", "text/plain", "image/png", "image/jpeg"}
	msg := sprintf("%s has an uncommon type: %s", [object.get(attachment, "name", "an attachment"), type])
}
