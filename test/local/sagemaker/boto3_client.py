"""What a boto3 user does, from training to deletion, by boto3's own waiters. Arguments: bucket, image, role."""

import io
import json
import sys
import tarfile

import boto3

bucket, image, role = sys.argv[1:]
s3, sagemaker, runtime = boto3.client("s3"), boto3.client("sagemaker"), boto3.client("sagemaker-runtime")
quick = {"Delay": 1, "MaxAttempts": 60}


def archive(key, **files):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name.replace("__", "/") + ".py")
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    s3.put_object(Bucket=bucket, Key=key, Body=data.getvalue())
    return "s3://%s/%s" % (bucket, key)


TRAIN = """
import json, os
numbers = [int(line) for line in open(os.environ["SM_CHANNEL_TRAIN"] + "/numbers.txt")]
json.dump(sum(numbers), open(os.environ["SM_MODEL_DIR"] + "/sum.json", "w"))
"""
SERVE = """
import json
def model_fn(model_dir):
    return json.load(open(model_dir + "/sum.json"))
def transform_fn(model, body, content_type, accept):
    return json.dumps(model + json.loads(body)), accept
"""

s3.create_bucket(Bucket=bucket)
s3.put_object(Bucket=bucket, Key="in/numbers.txt", Body=b"1\n2\n3\n")
name = bucket
sagemaker.create_training_job(
    TrainingJobName=name,
    RoleArn=role,
    AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"},
    HyperParameters={"sagemaker_program": "train.py", "sagemaker_submit_directory": archive("source.tar.gz", train=TRAIN)},
    InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://%s/in/" % bucket}}}],
    OutputDataConfig={"S3OutputPath": "s3://%s/out" % bucket},
    ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
    StoppingCondition={"MaxRuntimeInSeconds": 60},
)
try:
    sagemaker.describe_training_job(TrainingJobName="nothing")
except sagemaker.exceptions.ClientError as error:
    assert error.response["Error"]["Code"] == "ValidationException", error.response
sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName=name, WaiterConfig=quick)
job = sagemaker.describe_training_job(TrainingJobName=name)
assert job["TrainingEndTime"] >= job["TrainingStartTime"] >= job["CreationTime"]

sagemaker.create_model(
    ModelName=name,
    ExecutionRoleArn=role,
    PrimaryContainer={
        "Image": image,
        "ModelDataUrl": job["ModelArtifacts"]["S3ModelArtifacts"],
        "Environment": {"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": archive("serve.tar.gz", serve=SERVE)},
    },
)
sagemaker.create_endpoint_config(
    EndpointConfigName=name,
    ProductionVariants=[{"VariantName": "AllTraffic", "ModelName": name, "InstanceType": "ml.t2.medium", "InitialInstanceCount": 1}],
    DataCaptureConfig={
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": "s3://%s/capture" % bucket,
        "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
        "CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"]},
    },
)
sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig=quick)
answer = runtime.invoke_endpoint(EndpointName=name, Body=b"36", ContentType="application/json", Accept="application/json")
result = json.load(answer["Body"])

assert sagemaker.describe_endpoint(EndpointName=name)["DataCaptureConfig"]["CaptureStatus"] == "Started"
sagemaker.delete_endpoint(EndpointName=name)
sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=name, WaiterConfig=quick)
[capture] = s3.list_objects_v2(Bucket=bucket, Prefix="capture/%s/AllTraffic/" % name)["Contents"]
captured = json.load(s3.get_object(Bucket=bucket, Key=capture["Key"])["Body"])["captureData"]
sagemaker.delete_endpoint_config(EndpointConfigName=name)
sagemaker.delete_model(ModelName=name)
print(json.dumps({"result": result, "captured": [captured[side]["data"] for side in ("endpointInput", "endpointOutput")], "variant": answer["InvokedProductionVariant"], "status": job["TrainingJobStatus"]}))
