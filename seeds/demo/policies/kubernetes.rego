# METADATA
# title: Admission of deployments
# description: >-
#   Reviews a Kubernetes deployment before the cluster accepts it: where images come from, what the
#   containers are allowed to do, how much they may use, and who answers for them.
package demo.kubernetes

default allow := false

allow if {
	input.request.kind.kind == "Deployment"
	count(deny) == 0
}

deployment := input.request.object

namespace := object.get(input.request, "namespace", "default")

production if startswith(namespace, "prod")

trusted_registries := {"registry.example.org/", "mirror.example.org/"}

required_labels := {"app.kubernetes.io/name", "example.org/owner", "example.org/data-class"}

pod := deployment.spec.template.spec

containers contains container if some container in pod.containers

containers contains container if some container in pod.initContainers

trusted(image) if {
	some registry in trusted_registries
	startswith(image, registry)
}

pinned(image) if regex.match(`@sha256:[0-9a-f]{64}$`, image)

deny contains msg if {
	some label in required_labels
	object.get(deployment, ["metadata", "labels", label], "") == ""
	msg := sprintf("the label %s is missing", [label])
}

deny contains msg if {
	some container in containers
	image := object.get(container, "image", "")
	not trusted(image)
	msg := sprintf("%s: the image does not come from a trusted registry", [container.name])
}

deny contains msg if {
	production
	some container in containers
	image := object.get(container, "image", "")
	not pinned(image)
	msg := sprintf("%s: in production an image is named by its digest", [container.name])
}

deny contains msg if {
	some container in containers
	object.get(container, ["securityContext", "privileged"], false)
	msg := sprintf("%s: privileged containers are not allowed", [container.name])
}

deny contains "the deployment has no containers" if count(containers) == 0

deny contains msg if {
	some setting in ["hostNetwork", "hostPID", "hostIPC"]
	pod[setting]
	msg := sprintf("the pod shares something of the node: %s", [setting])
}

# The container's own setting goes before that of the pod.
deny contains msg if {
	some container in containers
	of_pod := object.get(pod, ["securityContext", "runAsNonRoot"], false)
	object.get(container, ["securityContext", "runAsNonRoot"], of_pod) != true
	msg := sprintf("%s: must not run as root", [container.name])
}

deny contains msg if {
	some container in containers
	some resource in ["cpu", "memory"]
	object.get(container, ["resources", "limits", resource], "") == ""
	msg := sprintf("%s: no limit for %s", [container.name, resource])
}

deny contains msg if {
	some volume in pod.volumes
	volume.hostPath
	msg := sprintf("the volume %s mounts a directory of the node", [volume.name])
}

deny contains msg if {
	production
	replicas := object.get(deployment, ["spec", "replicas"], 1)
	replicas < 2
	msg := sprintf("production needs two replicas or more, not %d", [replicas])
}

warn contains msg if {
	some container in containers
	not container.readinessProbe
	msg := sprintf("%s: no readiness probe", [container.name])
}

# The answer in the form in which the cluster expects it.
response := {
	"apiVersion": "admission.k8s.io/v1",
	"kind": "AdmissionReview",
	"response": {
		"uid": input.request.uid,
		"allowed": allow,
		"status": {"message": concat("; ", deny)},
		"warnings": [msg | some msg in warn],
	},
}
