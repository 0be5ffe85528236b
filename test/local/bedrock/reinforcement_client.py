"""A model is fine-tuned by a grader that knows the answers, and one by a grader that fails. Arguments: bucket, role."""

import io
import json
import sys
import time
import zipfile

import boto3

bucket, role = sys.argv[1:]
s3, bedrock, functions = boto3.client("s3"), boto3.client("bedrock"), boto3.client("lambda")
s3.create_bucket(Bucket=bucket)

COMPARES = """
def handler(samples, context):
    return [
        {"id": each["id"], "aggregate_reward_score": grade(each["messages"][-1]["content"], each["metadata"])}
        for each in samples
    ]

def grade(answer, metadata):
    return float(answer == metadata["reference_answer"] and metadata["row"] >= 0)
"""
FAILS = "def handler(samples, context):\n    raise ValueError('no idea')\n"


def grader(name, code):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", code)
    return functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": archive.getvalue()},
    )["FunctionArn"]


def vowels(word):
    return str(sum(letter in "aeiou" for letter in word))


WORDS = ["banana", "plum", "pineapple", "fig", "orange"]
rows = [
    {
        "messages": [{"role": "user", "content": "How many vowels has %s, asked %d times?" % (WORDS[n % 5], n)}],
        "reference_answer": vowels(WORDS[n % 5]),
        "row": n,
    }
    for n in range(100)
]
s3.put_object(Bucket=bucket, Key="train.jsonl", Body="\n".join(map(json.dumps, rows)))


def tune(name, code):
    bedrock.create_model_customization_job(
        jobName=name,
        customModelName=name,
        roleArn=role,
        baseModelIdentifier="amazon.nova-2-lite-v1:0:256k",
        customizationType="REINFORCEMENT_FINE_TUNING",
        trainingDataConfig={"s3Uri": "s3://%s/train.jsonl" % bucket},
        outputDataConfig={"s3Uri": "s3://%s/out" % bucket},
        customizationConfig={
            "rftConfig": {
                "graderConfig": {"lambdaGrader": {"lambdaArn": grader(name, code)}},
                "hyperParameters": {"epochCount": 1, "batchSize": 16, "trainingSamplePerPrompt": 5},
            }
        },
    )
    while True:
        job = bedrock.get_model_customization_job(jobIdentifier=name)
        if job["status"] != "InProgress":
            return job
        time.sleep(0.05)


good = tune(bucket, COMPARES)
deployment = bedrock.create_custom_model_deployment(modelDeploymentName=bucket, modelArn=good["outputModelArn"])[
    "customModelDeploymentArn"
]
while bedrock.get_custom_model_deployment(customModelDeploymentIdentifier=bucket)["status"] == "Creating":
    time.sleep(0.05)
question = {"role": "user", "content": [{"text": "How many vowels has pineapple?"}]}
answer = boto3.client("bedrock-runtime").converse(modelId=deployment, messages=[question])
bad = tune(bucket + "-bad", FAILS)
print(
    json.dumps(
        {
            "status": good["status"],
            "answer": answer["output"]["message"]["content"][0]["text"],
            "bad": bad["status"],
            "failure": bad["failureMessage"],
        }
    )
)
