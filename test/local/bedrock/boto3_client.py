"""What a boto3 user does with Bedrock, from customization to deletion. Arguments: bucket, role."""

import gzip
import json
import struct
import sys
import time

import boto3
from botocore.exceptions import ClientError

bucket, role = sys.argv[1:]
s3, bedrock, runtime = boto3.client("s3"), boto3.client("bedrock"), boto3.client("bedrock-runtime")
NOVA = "amazon.nova-lite-v1:0"
s3.create_bucket(Bucket=bucket)


def put(key, content):
    s3.put_object(Bucket=bucket, Key=key, Body=content)
    return "s3://%s/%s" % (bucket, key)


def lines(rows):
    return "\n".join(json.dumps(row) for row in rows).encode()


def read(prefix, suffix):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [each["Key"] for page in pages for each in page.get("Contents", []) if each["Key"].endswith(suffix)]
    assert len(keys) == 1, keys
    return s3.get_object(Bucket=bucket, Key=keys[0])["Body"].read().decode().splitlines()


def done(get, wanted="Completed"):
    for _ in range(600):
        found = get()
        if found["status"] == wanted:
            return found
        assert found["status"] not in ("Failed", "Stopped"), found
        time.sleep(0.05)
    raise TimeoutError(wanted)


def user(text):
    return {"role": "user", "content": [{"text": text}]}


def review(number):
    return "the battery of number %d died" % number if number % 2 else "number %d is a great camera" % number


def example(number):
    answer = "negative" if number % 2 else "positive"
    messages = [user(review(number)), {"role": "assistant", "content": [{"text": answer}]}]
    return {"schemaVersion": "bedrock-conversation-2024", "messages": messages}


# Customization. Three jobs, so that a list has pages.
for number in range(3):
    job = bedrock.create_model_customization_job(
        jobName="%s-%d" % (bucket, number),
        customModelName="%s-%d" % (bucket, number),
        roleArn=role,
        baseModelIdentifier=NOVA + ":300k",
        trainingDataConfig={"s3Uri": put("train.jsonl", lines(example(n) for n in range(20)))},
        outputDataConfig={"s3Uri": "s3://%s/out" % bucket},
        hyperParameters={"epochCount": "1"},
    )
    model = done(lambda: bedrock.get_model_customization_job(jobIdentifier=job["jobArn"]))["outputModelArn"]
pages = bedrock.get_paginator("list_model_customization_jobs").paginate(PaginationConfig={"PageSize": 2})
jobs = [summary["jobArn"] for page in pages for summary in page["modelCustomizationJobSummaries"]]
assert jobs[0] == job["jobArn"], jobs

# Serving.
try:
    runtime.converse(modelId=model, messages=[user("x")])
except ClientError as error:
    assert error.response["Error"]["Code"] == "ValidationException", error.response
deployment = bedrock.create_custom_model_deployment(modelDeploymentName=bucket, modelArn=model)["customModelDeploymentArn"]
done(lambda: bedrock.get_custom_model_deployment(customModelDeploymentIdentifier=deployment), "Active")
asked = {"modelId": deployment, "inferenceConfig": {"maxTokens": 20, "temperature": 0}}
converse = runtime.converse(messages=[user("my battery died")], **asked)
stream = runtime.converse_stream(messages=[user("a great camera")], **asked)["stream"]
body = json.dumps({"messages": [user("my battery died")]})
invoked = json.load(runtime.invoke_model(modelId=deployment, body=body)["body"])
counted = runtime.count_tokens(modelId=NOVA, input={"converse": {"messages": [user("my battery died")]}})

# Provisioned throughput.
for units in (1, 2):
    provisioned = bedrock.create_provisioned_model_throughput(
        provisionedModelName="%s-%d" % (bucket, units), modelId=model, modelUnits=units, tags=[{"key": "units", "value": "x"}]
    )["provisionedModelArn"]
    done(lambda: bedrock.get_provisioned_model_throughput(provisionedModelId=provisioned), "InService")
assert bedrock.list_tags_for_resource(resourceARN=provisioned)["tags"] == [{"key": "units", "value": "x"}]
provisioned_answer = runtime.converse(modelId=provisioned, messages=[user("my battery died")])
pages = bedrock.get_paginator("list_provisioned_model_throughputs").paginate(PaginationConfig={"PageSize": 1})
units = [summary["modelUnits"] for page in pages for summary in page["provisionedModelSummaries"]]
for number in (1, 2):
    bedrock.delete_provisioned_model_throughput(provisionedModelId="%s-%d" % (bucket, number))

# Batch inference.
records = [{"recordId": "r%d" % n, "modelInput": {"messages": [user(review(n))]}} for n in range(100)]
batch = bedrock.create_model_invocation_job(
    jobName=bucket,
    roleArn=role,
    modelId=model,
    modelInvocationType="Converse",
    inputDataConfig={"s3InputDataConfig": {"s3Uri": put("batch/in.jsonl", lines(records))}},
    outputDataConfig={"s3OutputDataConfig": {"s3Uri": "s3://%s/batch-out/" % bucket}},
)["jobArn"]
done(lambda: bedrock.get_model_invocation_job(jobIdentifier=batch))
outputs = [json.loads(line)["modelOutput"] for line in read("batch-out/", "in.jsonl.out")]
batched = [output["output"]["message"]["content"][0]["text"] for output in outputs]

# Evaluation.
prompts = put("prompts.jsonl", lines([{"prompt": "my battery died", "referenceResponse": "negative"}]))
dataset = {"name": "mine", "datasetLocation": {"s3Uri": prompts}}
metrics = {"taskType": "Classification", "dataset": dataset, "metricNames": ["Builtin.Accuracy"]}
evaluation = bedrock.create_evaluation_job(
    jobName=bucket,
    roleArn=role,
    evaluationConfig={"automated": {"datasetMetricConfigs": [metrics]}},
    inferenceConfig={"models": [{"bedrockModel": {"modelIdentifier": NOVA}}]},
    outputDataConfig={"s3Uri": "s3://%s/evaluation/" % bucket},
)["jobArn"]
done(lambda: bedrock.get_evaluation_job(jobIdentifier=evaluation))
[row] = read("evaluation/", "_output.jsonl")
accuracy = json.loads(row)["automatedEvaluationResult"]["scores"][0]["result"]

# Import.
header = json.dumps({"weight": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
put("hf/model.safetensors", struct.pack("<Q", len(header)) + header + bytes(4))
put("hf/config.json", json.dumps({"architectures": ["MistralForCausalLM"]}))
put("hf/tokenizer_config.json", json.dumps({"chat_template": "x"}))
put("hf/tokenizer.json", "{}")
put("hf/examples.jsonl", lines([{"prompt": "Where is it?", "completion": "It is in the drawer."}]))
importing = bedrock.create_model_import_job(
    jobName=bucket,
    importedModelName=bucket,
    roleArn=role,
    modelDataSource={"s3DataSource": {"s3Uri": "s3://%s/hf" % bucket}},
)["jobArn"]
imported = done(lambda: bedrock.get_model_import_job(jobIdentifier=importing))["importedModelArn"]
# Retried by boto3 until a copy of the model is ready.
logging = {"s3Config": {"bucketName": bucket, "keyPrefix": "logs"}, "textDataDeliveryEnabled": True}
bedrock.put_model_invocation_logging_configuration(loggingConfig=logging)
assert bedrock.get_model_invocation_logging_configuration()["loggingConfig"] == logging
patient = boto3.client("bedrock-runtime", config=boto3.session.Config(retries={"mode": "standard", "max_attempts": 10}))
answer = patient.converse(modelId=imported, messages=[user("Where is it?")])
bedrock.delete_model_invocation_logging_configuration()
[*_, log] = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix="logs/")["Contents"] if each["Key"].endswith(".gz")]
[*_, logged] = gzip.decompress(s3.get_object(Bucket=bucket, Key=log)["Body"].read()).splitlines()

bedrock.delete_imported_model(modelIdentifier=bucket)
bedrock.delete_custom_model_deployment(customModelDeploymentIdentifier=deployment)
for page in bedrock.get_paginator("list_custom_models").paginate():
    for summary in page["modelSummaries"]:
        bedrock.delete_custom_model(modelIdentifier=summary["modelArn"])
left = bedrock.list_custom_models()["modelSummaries"] + bedrock.list_imported_models()["modelSummaries"]


def text(message):
    return message["content"][0]["text"]


print(
    json.dumps(
        {
            "converse": text(converse["output"]["message"]),
            "stream": "".join(each["contentBlockDelta"]["delta"]["text"] for each in stream if "contentBlockDelta" in each),
            "provisioned": [text(provisioned_answer["output"]["message"]), units],
            "invoke": text(invoked["output"]["message"]),
            "tokens": counted["inputTokens"],
            "jobs": len(jobs),
            "batch": {"answers": len(batched), "negative": batched.count("negative")},
            "accuracy": accuracy,
            "imported": text(answer["output"]["message"]),
            "logged": json.loads(logged)["output"]["outputBodyJson"]["output"]["message"] == answer["output"]["message"],
            "left": len(left),
        }
    )
)
