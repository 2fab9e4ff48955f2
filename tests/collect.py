#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""stormwatch collect against recorded-shape answers on loopback: collect.py BINARY

Answers have the shapes of the public interfaces (botocore's service models, the API references of Kubernetes, Azure and Google); names and
keys are made up here. Held: all pages are read, throttling and dropped connections are waited out, what is refused is a gap in the folder
and in the scan, redirects are not followed, a collection is gone on with, and no credential stands in anything that is written or printed.
"""
import base64
import http.server
import json
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent / "live"))
import certificates  # noqa: E402

BINARY = sys.argv[1]
SECRET = "wJalr" + "XUtnFEMI" + "K7MDENG" + "never" + "written"  # no key of anybody
TOKEN = "tok-" + "8d1f0c77" * 5
FAILED = []


def check(what, holds, more=""):
    if not holds:
        FAILED.append(what)
        print("FAILED:", what, more)


class Server:
    """Answers with `answer(handler, body)`: (status, headers, text), or None for a connection that drops."""

    def __init__(self, answer, tls=None):
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode()
                outer.asked.append((self.command, self.path, self.headers.get("X-Amz-Target", ""), body, dict(self.headers)))
                reply = answer(self, body)
                if reply is None:
                    self.close_connection = True
                    self.connection.close()
                    return
                status, headers, text = reply
                data = text.encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = serve

            def handle(self):
                try:
                    super().handle()
                except (ValueError, OSError):
                    pass

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def run(*words, env=None, home):
    clean = {"PATH": os.environ["PATH"], "HOME": home, **(env or {})}
    done = subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=100, env=clean)
    for value in (SECRET, TOKEN):
        check("no credential is printed", value not in done.stdout + done.stderr, done.stderr)
    return done


def holds_no_secret(folder, *more):
    for root, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(root, name), encoding="utf-8") as file:
                text = file.read()
            for value in (SECRET, TOKEN, *more):
                check(f"no credential stands in {name}", value not in text)
            check("files are their owner's", os.stat(os.path.join(root, name)).st_mode & 0o077 == 0, name)


def scan(folder, home):
    done = run("scan", folder, "--format", "json", "--quiet", "--no-progress", home=home)
    check("the scan runs", done.returncode == 0, done.stderr)
    return json.loads(done.stdout)


def rules_of(report):
    return {(finding["rule"], finding["location"].get("resource", "")) for finding in report["findings"]}


def state_of(folder):
    with open(os.path.join(folder, "collection.json"), encoding="utf-8") as file:
        return json.load(file)


# AWS -----------------------------------------------------------------------------------------------------------------------------------

NOTEBOOKS = {f"nb-{i}": {"NotebookInstanceName": f"nb-{i}", "NotebookInstanceArn": f"arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/nb-{i}", "RoleArn": "arn:aws:iam::111122223333:role/notebook",
                         "DirectInternetAccess": "Enabled", "RootAccess": "Enabled", "SecurityGroups": ["sg-0123456789abcdef0"]} for i in range(3)}


def aws_json(target, body, state):
    asked = json.loads(body or "{}")
    if target == "SageMaker.ListNotebookInstances":
        page = asked.get("NextToken")
        if page is None:
            return {"NotebookInstances": [{"NotebookInstanceName": "nb-0"}, {"NotebookInstanceName": "nb-1"}], "NextToken": "page/2=="}
        check("the page's token comes back as it was", page == "page/2==", page)
        return {"NotebookInstances": [{"NotebookInstanceName": "nb-2"}]}
    if target == "SageMaker.DescribeNotebookInstance":
        return NOTEBOOKS[asked["NotebookInstanceName"]]
    if target == "TrentService.ListKeys":
        return {"Keys": [{"KeyId": "k-1"}], "Truncated": False}
    if target == "TrentService.DescribeKey":
        return {"KeyMetadata": {"KeyId": "k-1", "Arn": "arn:aws:kms:eu-west-1:111122223333:key/k-1", "Enabled": True, "KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT"}}
    if target == "TrentService.GetKeyRotationStatus":
        return {"KeyRotationEnabled": False}
    if target == "TrentService.GetKeyPolicy":
        return {"Policy": "{\"Statement\":[]}"}
    if target == "AmazonEC2ContainerServiceV20141113.ListTaskDefinitions":
        return {"taskDefinitionArns": ["arn:aws:ecs:eu-west-1:111122223333:task-definition/llm:1"]}
    if target == "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition":
        return {"taskDefinition": {"taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/llm:1", "family": "llm", "containerDefinitions": [
            {"name": "llm", "image": "vllm/vllm-openai:v0.6.0", "privileged": True, "environment": [{"name": "HF_TOKEN", "value": state["plain"]}, {"name": "MODE", "value": "fast"}]}]}}
    return {}


IAM = """<GetAccountAuthorizationDetailsResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetAccountAuthorizationDetailsResult><IsTruncated>{more}</IsTruncated>{marker}<RoleDetailList><member>
<Path>/</Path><RoleName>{name}</RoleName><RoleId>A1</RoleId><Arn>arn:aws:iam::111122223333:role/{name}</Arn>
<AssumeRolePolicyDocument>%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22sagemaker.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D</AssumeRolePolicyDocument>
<RolePolicyList/><AttachedManagedPolicies><member><PolicyName>AdministratorAccess</PolicyName><PolicyArn>arn:aws:iam::aws:policy/AdministratorAccess</PolicyArn></member></AttachedManagedPolicies>
</member></RoleDetailList></GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"""
GROUPS = """<DescribeSecurityGroupsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><securityGroupInfo><item><ownerId>1</ownerId><groupId>sg-0123456789abcdef0</groupId><groupName>open</groupName>
<ipPermissions><item><ipProtocol>tcp</ipProtocol><fromPort>8888</fromPort><toPort>8888</toPort><groups/><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges></item></ipPermissions></item></securityGroupInfo></DescribeSecurityGroupsResponse>"""
BUCKETS = "<ListAllMyBucketsResult><Owner><ID>o</ID></Owner><Buckets><Bucket><Name>train</Name><CreationDate>2024-01-01T00:00:00.000Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>"


def aws_query(body):
    form = dict(urllib.parse.parse_qsl(body))
    action = form.get("Action")
    if action == "GetCallerIdentity":
        return 200, "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/u</Arn><UserId>U</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    if action == "GetAccountAuthorizationDetails":
        if form.get("Filter.member.1") != "Role":
            return 403, "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
        first = "Marker" not in form
        return 200, IAM.format(more="true" if first else "false", marker="<Marker>m1</Marker>" if first else "", name="notebook" if first else "second")
    if action == "DescribeSecurityGroups":
        return 200, GROUPS
    return 200, f"<{action}Response><{action}Result></{action}Result></{action}Response>"


def aws_rest(path):
    if path.startswith("/train"):
        query = path.split("?", 1)[1]
        return {"publicAccessBlock": (404, "<Error><Code>NoSuchPublicAccessBlockConfiguration</Code></Error>"),
                "encryption": (200, "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"),
                "versioning": (200, "<VersioningConfiguration/>"), "logging": (403, "<Error><Code>AccessDenied</Code></Error>"),
                "policy": (200, json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::train/*"}]}))}[query]
    if path.startswith("/?bucket-region") or path.startswith("/?max-buckets"):
        return 200, BUCKETS
    if path.startswith("/guardrails/"):
        return 200, json.dumps({"name": "g", "guardrailId": "g1", "guardrailArn": "arn:aws:bedrock:eu-west-1:111122223333:guardrail/g1", "version": "DRAFT", "blockedInputMessaging": "no",
                                "contentPolicy": {"filters": [{"type": "PROMPT_ATTACK", "inputStrength": "LOW", "outputStrength": "NONE"}]}})
    if path.startswith("/guardrails"):
        return 200, json.dumps({"guardrails": [{"id": "g1", "name": "g"}]})
    return 200, "{}"


def aws_server(state):
    def answer(handler, body):
        target, path = handler.headers.get("X-Amz-Target", ""), handler.path
        proof = handler.headers.get("Authorization", "")
        check("requests are signed", proof.startswith("AWS4-HMAC-SHA256 Credential=AKIDTEST/") and "Signature=" in proof, path)
        state["count"][target or path] = state["count"].get(target or path, 0) + 1
        if state.get("stop") and target == "SageMaker.DescribeNotebookInstance":
            return 403, {"x-amzn-ErrorType": "AccessDeniedException:http://x/"}, "{}"
        if target == "SageMaker.ListNotebookInstances" and state["count"][target] == 1:
            return 429, {"Retry-After": "0"}, json.dumps({"__type": "ThrottlingException"})
        if target == "TrentService.ListKeys" and state["count"][target] == 1:
            return None
        if target == "SageMaker.ListModels":
            return 307, {"Location": state["elsewhere"]}, ""
        if target:
            return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(aws_json(target, body, state))
        if "Action=" in body:
            status, text = aws_query(body)
            return status, {"Content-Type": "text/xml"}, text
        status, text = aws_rest(path)
        return status, {}, text
    return Server(answer)


def aws(work):
    state = {"count": {}, "plain": "hf_" + "a1b2" * 8, "stop": True}
    env = {"AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": TOKEN, "AWS_REGION": "eu-west-1"}
    folder = os.path.join(work, "aws")
    with Server(lambda *_: (200, {}, "{}")) as elsewhere, aws_server(state) as server:
        state["elsewhere"] = elsewhere.url + "/stolen"
        words = ["collect", "aws", "--output", folder, "--endpoint-url", server.url, "--timeout", "5", "--quiet"]
        done = run(*words, env=env, home=work)
        check("collect runs", done.returncode == 0, done.stderr)
        check("redirects are not followed", not elsewhere.asked)
        state_now = state_of(folder)
        told = json.dumps(state_now["gaps"])
        for part in ("redirected elsewhere", "DescribeNotebookInstance: 403 AccessDeniedException", "GetAccountAuthorizationDetails: 403 AccessDenied", "GetBucketLogging: 403 AccessDenied"):
            check(f"a gap tells {part}", part in told, told)
        check("the account is known", state_now["owner"] == "111122223333")
        check("many refusals are one gap", any(gap["times"] == 3 for gap in state_now["gaps"]), told)
        holds_no_secret(folder, state["plain"])
        check("a folder is not written over", run(*words, env=env, home=work).returncode == 2)
        # Going on: what was refused is allowed now, what is whole is not asked for again.
        state["stop"] = False
        before = dict(state["count"])
        done = run(*words, "--resume", env=env, home=work)
        check("collect goes on", done.returncode == 0, done.stderr)
        again = {name: count - before.get(name, 0) for name, count in state["count"].items()}
        check("what is whole is not asked for again", again.get("TrentService.ListKeys", 0) == 0 and again.get("SageMaker.ListNotebookInstances", 0) == 2, again)
        other = dict(env, AWS_ACCESS_KEY_ID="AKIDTEST")
        check("strict tells gaps", run(*words, "--resume", "--strict", env=other, home=work).returncode == 3)
        for method, path, target, body, _ in server.asked:
            name = target.rsplit(".", 1)[-1] if target else dict(urllib.parse.parse_qsl(body)).get("Action", "")
            check("only reading calls", name.startswith(("Get", "List", "Describe")) or (not name and method in ("GET", "POST")), (method, path, name))
    report = scan(folder, work)
    found = rules_of(report)
    for rule, resource in (("sagemaker-notebook-internet-access", "aws_sagemaker_notebook_instance.nb-2"), ("security-group-opens-ai-port", "aws_security_group.sg-0123456789abcdef0"),
                           ("identity-administrator-managed-policy", "aws_iam_role.second"), ("bucket-policy-for-everyone", "aws_s3_bucket.train"), ("bucket-without-public-access-block", "aws_s3_bucket.train"),
                           ("aws-key-without-rotation", "aws_kms_key.k-1"), ("bedrock-guardrail-without-prompt-attack-filter", "aws_bedrock_guardrail.g")):
        check(f"the scan finds {rule}", (rule, resource) in found, sorted(found))
    check("what was not looked at is no finding", not any(rule == "bucket-without-access-log" for rule, _ in found))
    check("refusals are in the scan", any("GetAccountAuthorizationDetails" in gap["detail"] for gap in report["scan"]["incomplete"]), report["scan"]["incomplete"])
    names = {asset["id"]: asset["name"] for asset in report["assets"]}
    relations = {(names[r["from"]], r["kind"], names[r["to"]]) for r in report["relations"]}
    check("who acts as whom is known", ("aws_sagemaker_notebook_instance.nb-0", "authenticates_as", "aws_iam_role.notebook") in relations, sorted(relations))
    # The same resource in code: what differs is told, once.
    with open(os.path.join(folder, "main.tf"), "w", encoding="utf-8") as file:
        file.write('resource "aws_sagemaker_notebook_instance" "n" {\n  name = "nb-1"\n  direct_internet_access = "Disabled"\n  root_access = "Enabled"\n}\n')
    drift = [finding for finding in scan(folder, work)["findings"] if finding["rule"] == "live-differs-from-code"]
    check("what runs otherwise than its code says is told", len(drift) == 1 and "direct_internet_access is Enabled, declared Disabled (main.tf:3)" in drift[0]["evidence"], drift)
    os.remove(os.path.join(folder, "main.tf"))
    # Profiles, and credentials that are not followed.
    os.makedirs(os.path.join(work, ".aws"), exist_ok=True)
    with open(os.path.join(work, ".aws", "credentials"), "w", encoding="utf-8") as file:
        file.write(f"[default]\naws_access_key_id = AKIDTEST\naws_secret_access_key = {SECRET}\n[other]\ncredential_process = /bin/echo no\n")
    with open(os.path.join(work, ".aws", "config"), "w", encoding="utf-8") as file:
        file.write("[default]\nregion = eu-west-1\n")
    with aws_server({"count": {}, "plain": "x", "elsewhere": "http://127.0.0.1:1/"}) as server:
        done = run("collect", "aws", "--output", os.path.join(work, "profile"), "--endpoint-url", server.url, "--listing", "kms-keys", "--quiet", "--timeout", "5", home=work)
        check("a profile's keys serve", done.returncode == 0, done.stderr)
        done = run("collect", "aws", "--output", os.path.join(work, "process"), "--profile", "other", "--region", "eu-west-1", home=work)
        check("a program is not run", done.returncode == 2 and "credential_process" in done.stderr, done.stderr)
    instance_role(work)
    check("no credentials are told", run("collect", "aws", "--output", os.path.join(work, "none"), "--profile", "missing", "--region", "eu-west-1", home=work).returncode == 2)
    with Server(lambda *_: (403, {}, "<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>")) as server:
        done = run("collect", "aws", "--output", os.path.join(work, "wrong"), "--endpoint-url", server.url, env=env, home=work)
        check("wrong keys are told before anything is written", done.returncode == 2 and "InvalidClientTokenId" in done.stderr and not os.path.exists(os.path.join(work, "wrong")), done.stderr)


def instance_role(work):
    def metadata(handler, _):
        if handler.command == "PUT" and handler.path == "/latest/api/token":
            return 200, {}, "imds-token"
        if handler.headers.get("X-aws-ec2-metadata-token") != "imds-token":
            return 401, {}, ""
        if handler.path.endswith("/security-credentials/"):
            return 200, {}, "reader"
        return 200, {}, json.dumps({"AccessKeyId": "AKIDTEST", "SecretAccessKey": SECRET, "Token": TOKEN})
    with Server(metadata) as imds, aws_server({"count": {}, "plain": "x", "elsewhere": "http://127.0.0.1:1/"}) as server:
        done = run("collect", "aws", "--output", os.path.join(work, "role"), "--instance-credentials", "--region", "eu-west-1", "--endpoint-url", server.url, "--listing", "kms-keys", "--quiet", "--timeout", "5",
                   env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": imds.url}, home=work)
        check("an instance's role serves where it is asked for", done.returncode == 0 and [path for _, path, *_ in imds.asked][-1].endswith("/reader"), done.stderr)
        asked = len(imds.asked)
        done = run("collect", "aws", "--output", os.path.join(work, "role2"), "--profile", "missing", "--region", "eu-west-1", env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": imds.url}, home=work)
        check("and is not asked otherwise", done.returncode == 2 and len(imds.asked) == asked)


# Kubernetes ----------------------------------------------------------------------------------------------------------------------------

def k8s_answer(state):
    def answer(handler, _):
        path, _, query = handler.path.partition("?")
        check("the token is sent", handler.headers.get("Authorization") == "Bearer " + TOKEN, path)
        check("only GET", handler.command == "GET", handler.command)
        state.setdefault(path, []).append(query)
        page = dict(urllib.parse.parse_qsl(query)).get("continue")
        if path == "/api/v1/pods":
            names = ["second"] if page else ["first"]
            return 200, {}, json.dumps({"kind": "PodList", "apiVersion": "v1", "metadata": {} if page else {"continue": "c1"}, "items": [
                {"metadata": {"name": name, "namespace": "ai", "managedFields": [{}], "annotations": {"kubectl.kubernetes.io/last-applied-configuration": state["plain"]}},
                 "spec": {"containers": [{"name": "c", "image": "vllm/vllm-openai:v0.6.0", "securityContext": {"privileged": True}, "env": [{"name": "API_KEY", "value": state["plain"]}]}]}, "status": {}} for name in names]})
        if path == "/api/v1/secrets":
            return 200, {}, json.dumps({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {}, "columnDefinitions": [{"name": "Name"}, {"name": "Type"}], "rows": [
                {"cells": ["keys", "Opaque", 1, "1d"], "object": {"metadata": {"name": "keys", "namespace": "ai", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": state["plain"]}}, "data": {"k": base64.b64encode(state["plain"].encode()).decode()}}}]})
        if path == "/apis/apps/v1/deployments":
            return 403, {}, json.dumps({"kind": "Status", "status": "Failure", "reason": "Forbidden", "code": 403})
        if path.startswith("/apis/") and ("kserve" in path or "ray" in path or "kubeflow" in path):
            return 404, {}, "404 page not found\n"
        return 200, {}, json.dumps({"metadata": {}, "items": []})
    return answer


def kubernetes(work):
    state = {"plain": "sk-" + "5e1f" * 9}
    with Server(k8s_answer(state)) as server:
        config = os.path.join(work, "kubeconfig")
        base = {"apiVersion": "v1", "kind": "Config", "current-context": "here", "clusters": [{"name": "c", "cluster": {"server": server.url}}],
                "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}, {"name": "program", "context": {"cluster": "c", "user": "p"}}],
                "users": [{"name": "u", "user": {"token": TOKEN}}, {"name": "p", "user": {"exec": {"command": "/bin/touch", "args": [os.path.join(work, "ran")]}}}]}
        with open(config, "w", encoding="utf-8") as file:
            json.dump(base, file)
        folder = os.path.join(work, "k8s")
        done = run("collect", "k8s", "--output", folder, "--kubeconfig", config, "--quiet", "--timeout", "5", home=work)
        check("collect k8s runs", done.returncode == 0, done.stderr)
        gaps = state_of(folder)["gaps"]
        check("only the refused list is missing", [gap["listing"] for gap in gaps] == ["deployments"], gaps)
        holds_no_secret(folder, state["plain"], base64.b64encode(state["plain"].encode()).decode())
        with open(os.path.join(folder, "kubernetes-secrets.json"), encoding="utf-8") as file:
            secrets = json.load(file)["items"]
        check("of secrets names and types are kept", secrets == [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys", "namespace": "ai"}, "type": "Opaque"}], secrets)
        done = run("collect", "k8s", "--output", os.path.join(work, "exec"), "--kubeconfig", config, "--context", "program", home=work)
        check("a kubeconfig's program is not run", done.returncode == 2 and "not run" in done.stderr and not os.path.exists(os.path.join(work, "ran")), done.stderr)
        done = run("collect", "k8s", "--output", os.path.join(work, "exec2"), "--kubeconfig", config, "--context", "program", "--token-env", "KUBE_TOKEN", "--quiet", "--timeout", "5", env={"KUBE_TOKEN": TOKEN}, home=work)
        check("a token of one's own serves instead", done.returncode == 0, done.stderr)
    report = scan(folder, work)
    found = rules_of(report)
    for name in ("Pod/ai/first", "Pod/ai/second"):
        check(f"the scan finds the privileged {name}", any(rule.startswith("pod-privileged") or "privileged" in rule for rule, resource in found if resource == name), sorted(found))
    check("the refusal is in the scan", any("deployments" in gap["detail"] and gap["reason"] == "refused" for gap in report["scan"]["incomplete"]), report["scan"]["incomplete"])


def kubernetes_hostile(work):
    """Answers without end, pages without end, no JSON: bounded, and a gap each."""
    def answer(handler, _):
        if handler.path.startswith("/api/v1/pods"):
            return 200, {}, '{"metadata": {}, "items": [' + " " * (17 << 20)
        if handler.path.startswith("/api/v1/services"):
            return 200, {}, json.dumps({"metadata": {"continue": "again"}, "items": [{"metadata": {"name": "s"}}]})
        return 200, {}, "<html>" * 3
    with Server(answer) as server:
        config = os.path.join(work, "kubeconfig")
        with open(config, "w", encoding="utf-8") as file:
            json.dump({"current-context": "h", "clusters": [{"name": "c", "cluster": {"server": server.url}}], "contexts": [{"name": "h", "context": {"cluster": "c", "user": "u"}}], "users": [{"name": "u", "user": {"token": TOKEN}}]}, file)
        words = ["--listing", "pods", "--listing", "services", "--listing", "jobs", "--quiet", "--timeout", "5"]
        done = run("collect", "k8s", "--output", os.path.join(work, "out"), "--kubeconfig", config, *words, home=work)
        check("a hostile server is survived", done.returncode == 0, done.stderr)
        told = json.dumps(state_of(os.path.join(work, "out"))["gaps"])
        for part in ("answer longer than", "the pages have no end", "neither JSON nor XML"):
            check(f"a gap tells {part}", part in told, told)
    done = run("collect", "gcp", "--output", os.path.join(work, "plain"), "--project", "p", "--token-env", "T", "--endpoint-url", "http://192.0.2.1", "--quiet", "--timeout", "2", env={"T": TOKEN}, home=work)
    check("a token does not leave this machine in clear", "not protected" in done.stdout, done.stdout + done.stderr)


def encoded(path):
    with open(path, "rb") as file:
        return base64.b64encode(file.read()).decode()


def kubernetes_certificates(work):
    made, key, authority = certificates.make(work)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(made["good"], key)
    tls.load_verify_locations(authority)
    tls.verify_mode = ssl.CERT_REQUIRED
    with Server(lambda *_: (200, {}, json.dumps({"metadata": {}, "items": []})), tls) as server:
        def collect(name, ca, user):
            config = os.path.join(work, name)
            with open(config, "w", encoding="utf-8") as file:
                json.dump({"current-context": "here", "clusters": [{"name": "c", "cluster": {"server": server.url, **ca}}], "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}], "users": [{"name": "u", "user": user}]}, file)
            done = run("collect", "k8s", "--output", config + "-out", "--kubeconfig", config, "--listing", "pods", "--strict", "--quiet", "--timeout", "5", home=work)
            return done.returncode, done.stdout + done.stderr
        ours, client = {"certificate-authority-data": encoded(authority)}, {"client-certificate-data": encoded(made["good"]), "client-key-data": encoded(key)}
        check("a client certificate serves", collect("good", ours, client)[0] == 0, collect("again", ours, client))
        check("files serve as data do", collect("files", {"certificate-authority": os.path.basename(authority)}, {"client-certificate": str(made["good"]), "client-key": os.path.basename(key)})[0] == 0)
        check("without it nothing is given", collect("none", ours, {"token": TOKEN})[0] == 3)
        asked = len(server.asked)
        check("another authority's server is not asked", collect("foreign", {}, {"token": TOKEN})[0] == 3 and len(server.asked) == asked)
        code, text = collect("unchecked", {"insecure-skip-tls-verify": True}, {"token": TOKEN})
        check("the check of certificates is not turned off", code == 2 and "turns off" in text and len(server.asked) == asked, text)


# Azure ---------------------------------------------------------------------------------------------------------------------------------

ACCOUNT = "/subscriptions/sub-1/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/ai"


def azure(work):
    state = {"count": {}}

    def answer(handler, body):
        path = handler.path
        state["count"][path] = state["count"].get(path, 0) + 1
        if path == "/tenant-1/oauth2/v2.0/token":
            form = dict(urllib.parse.parse_qsl(body))
            check("client credentials are asked with", form.get("grant_type") == "client_credentials" and form.get("client_secret") == SECRET, form.keys())
            return 200, {}, json.dumps({"token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN})
        check("the token is sent", handler.headers.get("Authorization") == "Bearer " + TOKEN, path)
        if path.startswith("/subscriptions?"):
            return 200, {}, json.dumps({"value": [{"subscriptionId": "sub-1", "displayName": "s"}]})
        if path.startswith("/providers/Microsoft.ResourceGraph/resources?"):
            if state["count"][path] == 1:
                return 429, {"Retry-After": "0"}, json.dumps({"error": {"code": "RateLimiting"}})
            asked = json.loads(body)
            check("the subscription is asked about", asked["subscriptions"] == ["sub-1"], asked)
            if asked["options"].get("$skipToken") == "s1":
                return 200, {}, json.dumps({"totalRecords": 2, "data": [{"id": "/subscriptions/sub-1/resourceGroups/rg/providers/Microsoft.Search/searchServices/s", "name": "s", "type": "microsoft.search/searchservices", "location": "westeurope",
                                                                        "properties": {"publicNetworkAccess": "enabled", "disableLocalAuth": False}}]})
            return 200, {}, json.dumps({"totalRecords": 2, "$skipToken": "s1", "data": [{"id": ACCOUNT, "name": "ai", "type": "microsoft.cognitiveservices/accounts", "location": "westeurope", "kind": "OpenAI",
                                                                                        "properties": {"publicNetworkAccess": "Enabled", "disableLocalAuth": False}}]})
        if "/providers/Microsoft.CognitiveServices/accounts?" in path:
            return 200, {}, json.dumps({"value": [{"id": ACCOUNT, "name": "ai", "type": "Microsoft.CognitiveServices/accounts"}], "nextLink": "https://elsewhere.example/next"})
        if path.startswith(ACCOUNT + "/deployments?"):
            return 200, {}, json.dumps({"value": [{"id": ACCOUNT + "/deployments/gpt", "name": "gpt", "type": "Microsoft.CognitiveServices/accounts/deployments", "properties": {"model": {"name": "gpt-4o"}}}]})
        if path.startswith("/subscriptions/sub-1/providers/Microsoft.MachineLearningServices/"):
            return 403, {}, json.dumps({"error": {"code": "AuthorizationFailed", "message": "no"}})
        return 200, {}, json.dumps({"value": []})

    env = {"AZURE_TENANT_ID": "tenant-1", "AZURE_CLIENT_ID": "client-1", "AZURE_CLIENT_SECRET": SECRET}
    folder = os.path.join(work, "azure")
    with Server(answer) as server:
        done = run("collect", "azure", "--output", folder, "--endpoint-url", server.url, "--timeout", "5", "--quiet", env=env, home=work)
        check("collect azure runs", done.returncode == 0, done.stderr)
    told = json.dumps(state_of(folder)["gaps"])
    check("a page elsewhere is not asked for", "another origin" in told, told)
    check("what is refused is told", "403 AuthorizationFailed" in told, told)
    holds_no_secret(folder)
    report = scan(folder, work)
    found = {resource.rsplit(".", 1)[-1] for _, resource in rules_of(report)}
    check("accounts and search services of both pages are judged", {"ai", "s"} <= found, sorted(rules_of(report)))
    check("deployments are known", any(asset["name"] == "gpt-4o" for asset in report["assets"]))
    check("without credentials it says so", run("collect", "azure", "--output", os.path.join(work, "no"), home=work).returncode == 2)


# Google --------------------------------------------------------------------------------------------------------------------------------

def gcp(work):
    key = os.path.join(work, "key.pem")
    subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key], check=True, capture_output=True, timeout=60)
    subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", key + ".pub"], check=True, capture_output=True, timeout=60)
    with open(key, encoding="utf-8") as file:
        pem = file.read()
    account = os.path.join(work, "account.json")
    with open(account, "w", encoding="utf-8") as file:
        json.dump({"type": "service_account", "project_id": "p", "client_email": "reader@p.iam.gserviceaccount.com", "private_key": pem, "token_uri": "http://127.0.0.1:1/steals"}, file)

    def answer(handler, body):
        path, _, query = handler.path.partition("?")
        if path == "/token":
            form = dict(urllib.parse.parse_qsl(body))
            if form.get("grant_type") == "refresh_token":
                check("the refresh token is sent", form.get("refresh_token") == SECRET)
                return 200, {}, json.dumps({"access_token": TOKEN})
            head, claims, signature = form["assertion"].split(".")
            check("the claims are ours", json.loads(base64.urlsafe_b64decode(claims + "=="))["iss"] == "reader@p.iam.gserviceaccount.com")
            with open(os.path.join(work, "sig"), "wb") as file:
                file.write(base64.urlsafe_b64decode(signature + "=="))
            verified = subprocess.run(["openssl", "dgst", "-sha256", "-verify", key + ".pub", "-signature", os.path.join(work, "sig")], input=f"{head}.{claims}".encode(), capture_output=True, timeout=60)
            check("the assertion is signed with RS256", verified.returncode == 0, verified.stderr)
            return 200, {}, json.dumps({"access_token": TOKEN, "expires_in": 3599})
        check("the token is sent", handler.headers.get("Authorization") == "Bearer " + TOKEN, path)
        fields = urllib.parse.parse_qs(query)
        check("assets of the project are listed", path == "/v1/projects/p/assets" and len(fields["assetTypes"]) > 5, path)
        if fields["contentType"] == ["IAM_POLICY"]:
            return 200, {}, json.dumps({"assets": [{"name": "//storage.googleapis.com/train", "assetType": "storage.googleapis.com/Bucket", "iamPolicy": {"bindings": [{"role": "roles/storage.objectViewer", "members": ["allUsers"]}]}}]})
        if "pageToken" not in fields:
            return 200, {}, json.dumps({"assets": [{"name": "//storage.googleapis.com/train", "assetType": "storage.googleapis.com/Bucket", "resource": {"data": {"iamConfiguration": {"publicAccessPrevention": "inherited"}}}}], "nextPageToken": "t/2="})
        check("the page's token comes back as it was", fields["pageToken"] == ["t/2="], fields)
        return 200, {}, json.dumps({"assets": [{"name": "//compute.googleapis.com/projects/p/global/firewalls/f", "assetType": "compute.googleapis.com/Firewall", "resource": {"data": {"sourceRanges": ["0.0.0.0/0"], "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}]}}}]})

    folder = os.path.join(work, "gcp")
    with Server(answer) as server:
        done = run("collect", "gcp", "--output", folder, "--endpoint-url", server.url, "--timeout", "5", "--quiet", env={"GOOGLE_APPLICATION_CREDENTIALS": account}, home=work)
        check("collect gcp runs", done.returncode == 0, done.stderr)
        default = os.path.join(work, ".config", "gcloud")
        os.makedirs(default)
        with open(os.path.join(default, "application_default_credentials.json"), "w", encoding="utf-8") as file:
            json.dump({"type": "authorized_user", "client_id": "c", "client_secret": "d", "refresh_token": SECRET}, file)
        done = run("collect", "gcp", "--output", os.path.join(work, "user"), "--project", "p", "--endpoint-url", server.url, "--timeout", "5", "--quiet", home=work)
        check("gcloud's refresh token serves", done.returncode == 0, done.stderr)
        done = run("collect", "gcp", "--output", os.path.join(work, "env"), "--project", "p", "--token-env", "G_TOKEN", "--endpoint-url", server.url, "--timeout", "5", "--quiet", env={"G_TOKEN": TOKEN}, home=work)
        check("a token of the environment serves", done.returncode == 0, done.stderr)
    holds_no_secret(folder, pem.splitlines()[1])
    found = rules_of(scan(folder, work))
    for rule, resource in (("gcp-bucket-public-access-not-prevented", "google_storage_bucket.train"), ("network-opens-ssh", "google_compute_firewall.f")):
        check(f"the scan finds {rule}", (rule, resource) in found, sorted(found))
    check("a binding for everyone is found", any(resource.startswith("google_storage_bucket_iam_binding.train") for _, resource in found), sorted(found))


def main():
    for part in (aws, kubernetes, kubernetes_hostile, kubernetes_certificates, azure, gcp):
        with tempfile.TemporaryDirectory() as work:
            part(work)
    if FAILED:
        sys.exit(f"{len(FAILED)} failed")
    print("collect: all held")


if __name__ == "__main__":
    main()
