"""Writes local/*/*.generated.json: the operations that our SageMaker and Bedrock offer, as AWS's own models have them.

Run by maintainers, with botocore installed:  python scripts/aws-models.py
"""

import json
from pathlib import Path

import botocore
from botocore.loaders import Loader

SAGEMAKER = """
AddTags ListTags DeleteTags
CreateTrainingJob DescribeTrainingJob ListTrainingJobs StopTrainingJob DeleteTrainingJob
CreateTransformJob DescribeTransformJob ListTransformJobs StopTransformJob
CreateModel DescribeModel ListModels DeleteModel
CreateEndpointConfig DescribeEndpointConfig ListEndpointConfigs DeleteEndpointConfig
CreateEndpoint UpdateEndpoint DescribeEndpoint ListEndpoints DeleteEndpoint
"""

BEDROCK = """
TagResource UntagResource ListTagsForResource
GetFoundationModel ListFoundationModels GetFoundationModelAvailability
CreateModelCustomizationJob GetModelCustomizationJob ListModelCustomizationJobs StopModelCustomizationJob
GetCustomModel ListCustomModels DeleteCustomModel
CreateCustomModelDeployment GetCustomModelDeployment ListCustomModelDeployments UpdateCustomModelDeployment
DeleteCustomModelDeployment
CreateProvisionedModelThroughput GetProvisionedModelThroughput ListProvisionedModelThroughputs
UpdateProvisionedModelThroughput DeleteProvisionedModelThroughput
CreateModelImportJob GetModelImportJob ListModelImportJobs GetImportedModel ListImportedModels DeleteImportedModel
CreateModelInvocationJob GetModelInvocationJob ListModelInvocationJobs StopModelInvocationJob
CreateEvaluationJob GetEvaluationJob ListEvaluationJobs StopEvaluationJob BatchDeleteEvaluationJob
PutModelInvocationLoggingConfiguration GetModelInvocationLoggingConfiguration
DeleteModelInvocationLoggingConfiguration
"""

BEDROCK_RUNTIME = "Converse ConverseStream InvokeModel InvokeModelWithResponseStream CountTokens"

CONSTRAINTS = (
    "type", "required", "min", "max", "pattern", "enum", "union", "document", "timestampFormat", "payload", "eventstream"
)


def reach(name, source, shapes):
    """Copies the shape `name` and every shape its members lead to."""
    if name in shapes:
        return
    origin = source[name]
    shape = shapes[name] = {key: origin[key] for key in CONSTRAINTS if key in origin}
    if "members" in origin:
        shape["members"] = {member: value["shape"] for member, value in origin["members"].items()}
        located = {member: value for member, value in origin["members"].items() if "location" in value}
        if located:
            shape["locations"] = {
                member: {"in": value["location"], "name": value["locationName"]} for member, value in located.items()
            }
    for part in ("member", "key", "value"):
        if part in origin:
            shape[part] = origin[part]["shape"]
    for child in [*shape.get("members", {}).values(), *(shape[p] for p in ("member", "key", "value") if p in shape)]:
        reach(child, source, shapes)


def write(service, names, path):
    model = Loader().load_service_model(service, "service-2")
    if service == "bedrock":
        # AWS's examples of jobs with a judge have it; its model does not.
        model["shapes"]["EvaluationTaskType"]["enum"].append("General")
    operations, shapes, errors = {}, {}, {}
    for name in names.split():
        operation = model["operations"][name]
        operations[name] = {end: operation[end]["shape"] for end in ("input", "output") if end in operation}
        for shape in operations[name].values():
            reach(shape, model["shapes"], shapes)
        if model["metadata"]["protocol"] != "rest-json":
            continue
        http = operation["http"]
        operations[name]["http"] = {
            "method": http["method"], "path": http["requestUri"], "status": http.get("responseCode", 200)
        }
        for error in operation["errors"]:
            errors[error["shape"]] = model["shapes"][error["shape"]]["error"]["httpStatusCode"]
    version = model["metadata"]["apiVersion"]
    out = {
        "source": f"botocore {botocore.__version__}, {service}/{version}/service-2.json",
        "license": "Apache-2.0, Copyright Amazon.com, Inc. or its affiliates",
        "operations": operations,
        **({"errors": dict(sorted(errors.items()))} if errors else {}),
        "shapes": dict(sorted(shapes.items())),
    }
    target = Path(__file__).parent.parent / "local" / path
    target.write_text(json.dumps(out, indent=1) + "\n")


def main():
    write("sagemaker", SAGEMAKER, "sagemaker/model.generated.json")
    write("bedrock", BEDROCK, "bedrock/model.generated.json")
    write("bedrock-runtime", BEDROCK_RUNTIME, "bedrock/runtime-model.generated.json")


if __name__ == "__main__":
    main()
