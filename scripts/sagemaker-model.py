"""Writes local/sagemaker/model.generated.json: the operations our SageMaker offers, as AWS's own model has them.

Run by maintainers, with botocore installed:  python scripts/sagemaker-model.py
"""

import json
from pathlib import Path

import botocore
from botocore.loaders import Loader

OPERATIONS = """
AddTags ListTags DeleteTags
CreateTrainingJob DescribeTrainingJob ListTrainingJobs StopTrainingJob DeleteTrainingJob
CreateTransformJob DescribeTransformJob ListTransformJobs StopTransformJob
CreateModel DescribeModel ListModels DeleteModel
CreateEndpointConfig DescribeEndpointConfig ListEndpointConfigs DeleteEndpointConfig
CreateEndpoint UpdateEndpoint DescribeEndpoint ListEndpoints DeleteEndpoint
""".split()

CONSTRAINTS = ("type", "required", "min", "max", "pattern", "enum")


def reach(name, source, shapes):
    """Copies the shape `name` and every shape its members lead to."""
    if name in shapes:
        return
    origin = source[name]
    shape = shapes[name] = {key: origin[key] for key in CONSTRAINTS if key in origin}
    if "members" in origin:
        shape["members"] = {member: value["shape"] for member, value in origin["members"].items()}
    for part in ("member", "key", "value"):
        if part in origin:
            shape[part] = origin[part]["shape"]
    for child in [*shape.get("members", {}).values(), *(shape[p] for p in ("member", "key", "value") if p in shape)]:
        reach(child, source, shapes)


def main():
    model = Loader().load_service_model("sagemaker", "service-2")
    operations, shapes = {}, {}
    for name in OPERATIONS:
        operation = model["operations"][name]
        operations[name] = {end: operation[end]["shape"] for end in ("input", "output") if end in operation}
        for shape in operations[name].values():
            reach(shape, model["shapes"], shapes)
    out = {
        "source": f"botocore {botocore.__version__}, sagemaker/2017-07-24/service-2.json",
        "license": "Apache-2.0, Copyright Amazon.com, Inc. or its affiliates",
        "operations": operations,
        "shapes": dict(sorted(shapes.items())),
    }
    target = Path(__file__).parent.parent / "local" / "sagemaker" / "model.generated.json"
    target.write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
