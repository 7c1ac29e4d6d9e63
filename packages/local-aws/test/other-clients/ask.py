"""Calls the emulator through boto3, a client that others wrote, and prints what it got as JSON."""

import datetime
import json
import sys
import time

import boto3

ENDPOINT, ACCESS_KEY = sys.argv[1:3]


def client(name):
    return boto3.client(
        name,
        endpoint_url=ENDPOINT,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key="local",
    )


def states():
    sfn = client("stepfunctions")
    arn = sfn.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    run = sfn.start_execution(stateMachineArn=arn, name="from-boto3", input='{"x": 1}')
    while True:
        execution = sfn.describe_execution(executionArn=run["executionArn"])
        if execution["status"] != "RUNNING":
            break
        time.sleep(0.05)
    pages = sfn.get_paginator("get_execution_history").paginate(
        executionArn=run["executionArn"], PaginationConfig={"PageSize": 3}
    )
    types = [event["type"] for page in pages for event in page["events"]]
    try:
        sfn.describe_execution(executionArn=run["executionArn"] + "-none")
        error = None
    except sfn.exceptions.ExecutionDoesNotExist as caught:
        error = caught.response["Error"]["Code"]
    return {
        "status": execution["status"],
        "output": json.loads(execution["output"]),
        "is_dated": isinstance(execution["startDate"], datetime.datetime),
        "types": types,
        "error": error,
    }


def logs():
    found = client("logs").filter_log_events(
        logGroupName="/aws/lambda/work", filterPattern='{ $.run_id = "a" }'
    )
    return [event["message"] for event in found["events"]]


def metrics():
    cloudwatch = client("cloudwatch")
    now = datetime.datetime.now(datetime.timezone.utc)
    stat = {
        "Metric": {
            "Namespace": "AWS/Lambda",
            "MetricName": "Invocations",
            "Dimensions": [{"Name": "FunctionName", "Value": "work"}],
        },
        "Period": 60,
        "Stat": "Sum",
    }
    data = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "a", "MetricStat": stat}],
        StartTime=now - datetime.timedelta(hours=1),
        EndTime=now + datetime.timedelta(minutes=1),
    )
    listed = cloudwatch.list_metrics(Namespace="AWS/Lambda")["Metrics"]
    return {
        "sum": sum(data["MetricDataResults"][0]["Values"]),
        "is_dated": isinstance(data["MetricDataResults"][0]["Timestamps"][0], datetime.datetime),
        "listed": sorted(metric["MetricName"] for metric in listed),
    }


def athena():
    athena = client("athena")
    started = athena.start_query_execution(QueryString="SELECT 7 AS n, 'x' AS t")
    query = started["QueryExecutionId"]
    while True:
        status = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
        if status["State"] not in ("QUEUED", "RUNNING"):
            break
        time.sleep(0.05)
    rows = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]


def glue():
    return [table["Name"] for table in client("glue").get_tables(DatabaseName="shop")["TableList"]]


def s3():
    store = client("s3")
    store.put_object(Bucket="lake", Key="a/b.txt", Body=b"from boto3")
    listed = store.list_objects_v2(Bucket="lake", Prefix="a/")["Contents"]
    body = store.get_object(Bucket="lake", Key="a/b.txt")["Body"].read().decode()
    return {"keys": [each["Key"] for each in listed], "body": body}


def ssm():
    return [each["Value"] for each in client("ssm").get_parameters(Names=["/a"])["Parameters"]]


ASKED = {
    "states": states,
    "logs": logs,
    "metrics": metrics,
    "athena": athena,
    "glue": glue,
    "s3": s3,
    "ssm": ssm,
}
results = {}
for name, ask in ASKED.items():
    try:
        results[name] = ask()
    except Exception as error:  # the test shows which service failed, and how
        results[name] = f"{type(error).__name__}: {error}"
print(json.dumps(results))
