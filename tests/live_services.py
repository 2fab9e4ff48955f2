#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""AI services asked over loopback, through the executable: live_services.py BINARY

Replayed: for each service below, answers as its documentation or source shows them (the address stands in services/PRODUCT.yaml), cut down to
what matters here and with made-up values; then servers that are no AI service, and servers that mean harm. Where nginx, lighttpd or
node are installed these real programs are asked too. Everything ends by itself.
"""
import base64
import concurrent.futures
import http.server
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

BINARY = sys.argv[1]
failures = []


def check(name, held, detail=""):
    if not held:
        failures.append(name)
        print(f"FAILED {name}: {str(detail)[:1200]}")


def js(value, status=200, **headers):
    return status, {"Content-Type": "application/json", **headers}, json.dumps(value)


def page(title, rest="", status=200, **headers):
    return status, {"Content-Type": "text/html; charset=utf-8", **headers}, f"<!doctype html><html><head><title>{title}</title></head><body>{rest}</body></html>"


def text(body, status=200, **headers):
    return status, {"Content-Type": "text/plain", **headers}, body


DENIED = js({"detail": "Not authenticated"}, 401)
UVICORN = {"server": "uvicorn"}


def models(owner):
    return js({"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": owner}]})


def openapi(title, version="1.2.3"):
    return js({"openapi": "3.1.0", "info": {"title": title, "version": version}, "paths": {}})


# As n8n 2.8.4 packs it into its first page.
N8N_RELEASE = base64.b64encode(b'{"dsn":"","environment":"development","release":"n8n@2.8.4"}').decode()

# product: (version or None, authentication, answers). Paths that are not named answer 404.
SERVICES = {
    "ollama": ("0.6.2", "none", {"/": text("Ollama is running"), "/api/version": js({"version": "0.6.2"}), "/api/tags": js({"models": []}), "/api/ps": js({"models": []})}),
    "vllm": ("0.8.4", "none", {"/version": js({"version": "0.8.4"}, **UVICORN), "/v1/models": models("vllm"), "/health": text("")}),
    "vllm with a key": ("0.8.4", "token", {"/version": js({"version": "0.8.4"}, **UVICORN), "/v1/models": js({"error": "Unauthorized"}, 401), "/metrics": text("vllm:num_requests_running{engine=\"0\"} 0.0")}),
    "sglang": ("0.4.6", "none", {"/v1/models": models("sglang"), "/get_model_info": js({"model_path": "m", "is_generation": True}), "/get_server_info": js({"version": "0.4.6", "model_path": "m"})}),
    "llama-cpp": ("5189", "none", {"/": page("llama.cpp", Server="llama.cpp"), "/props": js({"default_generation_settings": {}, "total_slots": 1, "build_info": "b5189-abc"}), "/v1/models": models("llamacpp")}),
    "triton": ("2.56.0", "none", {"/v2": js({"name": "triton", "version": "2.56.0", "extensions": ["classification"]}), "/v2/models/stats": js({"model_stats": []})}),
    "kserve": ("0.14.0", "none", {"/v2": js({"name": "kserve", "version": "0.14.0", "extensions": ["model_repository_extension"]}), "/v1/models": js({"models": ["m"]})}),
    "mlserver": ("1.6.1", None, {"/v2": js({"name": "mlserver", "version": "1.6.1", "extensions": []})}),
    "tensorflow-serving": (None, None, {"/v1/models/stormwatch-asks": js({"error": "Servable not found for request: Latest(stormwatch-asks)"}, 404)}),
    "torchserve": ("0.12.0", "none", {"/api-description": js({"openapi": "3.0.1", "info": {"title": "TorchServe APIs", "version": "0.12.0"}}), "/models": js({"models": []}), "/ping": js({"status": "Healthy"})}),
    "text-generation-inference": ("3.2.1", "none", {"/info": js({"model_id": "m", "max_concurrent_requests": 128, "max_total_tokens": 4096, "router": "text-generation-router", "version": "3.2.1", "docker_label": None}), "/metrics": text("tgi_queue_size 0")}),
    "text-embeddings-inference": ("1.7.0", "none", {"/info": js({"model_id": "m", "model_type": {"embedding": {"pooling": "cls"}}, "max_client_batch_size": 32, "version": "1.7.0"})}),
    "localai": ("2.28.0", "none", {"/": page("LocalAI - API"), "/version": js({"version": "v2.28.0 (abc)"}), "/v1/models": js({"object": "list", "data": []})}),
    "xinference": ("1.5.0", "none", {"/ui/": page("Xinference"), "/v1/cluster/version": js({"version": "1.5.0", "full-revisionid": "abc", "dirty": False, "error": None}), "/v1/models": js({"object": "list", "data": []})}),
    "koboldcpp": ("1.89", "none", {"/api/extra/version": js({"result": "KoboldCpp", "version": "1.89", "protected": False}), "/api/v1/model": js({"result": "koboldcpp/m"})}),
    "tabbyapi": (None, "token", {"/.well-known/serviceinfo": js({"version": 0.1, "software": {"name": "TabbyAPI"}, "api": {}}), "/v1/models": js({"detail": "Invalid API key"}, 401)}),
    "nim": ("1.8.0", "none", {"/v1/metadata": js({"modelInfo": [{"shortName": "m"}], "assetInfo": ["a"]}), "/v1/version": js({"release": "1.8.0", "api": "1.8.0"}), "/v1/models": models("system")}),
    "litellm": ("1.67.0", "token", {"/": page("LiteLLM API - Swagger UI", "Proxy Server to call 100+ LLMs in the OpenAI format."), "/health/readiness": js({"status": "connected", "db": "connected", "litellm_version": "1.67.0"}), "/v1/models": DENIED, "/key/list": DENIED}),
    "one-api": ("0.6.10", None, {"/": page("One API"), "/api/status": js({"success": True, "data": {"version": "v0.6.10", "email_verification": False, "display_in_currency": True, "quota_per_unit": 500000, "system_name": "One API"}})}),
    "portkey-gateway": (None, None, {"/": text("AI Gateway says hey!")}),
    "open-webui": ("0.6.5", "token", {"/": page("Open WebUI"), "/api/config": js({"status": True, "name": "Open WebUI", "version": "0.6.5", "oauth": {"providers": {}}, "features": {"auth": True}}), "/api/version": js({"version": "0.6.5"}), "/api/models": DENIED}),
    "librechat": (None, "token", {"/": page("LibreChat"), "/api/config": js({"appTitle": "LibreChat", "socialLogins": []}), "/api/convos": text("Unauthorized", 401)}),
    "lobechat": (None, None, {"/manifest.webmanifest": js({"name": "LobeChat", "short_name": "LobeChat"})}),
    "anythingllm": (None, "token", {"/": page("AnythingLLM | Your personal LLM trained on anything"), "/api/setup-complete": js({"results": {"RequiresAuth": True, "MultiUserMode": False}}), "/api/workspaces": js({"error": "No auth token found."}, 401)}),
    "dify": ("1.2.0", "token", {"/": page("Dify"), "/console/api/setup": js({"step": "finished", "setup_at": "2025"}, **{"X-Version": "1.2.0", "X-Env": "PRODUCTION"}), "/console/api/apps": DENIED}),
    "flowise": ("2.2.7", "none", {"/": page("Flowise - Build AI Agents, Visually"), "/api/v1/version": js({"version": "2.2.7"}), "/api/v1/ping": text("pong"), "/api/v1/chatflows": js([]), "/api/v1/credentials": js([])}),
    "langflow": ("1.3.4", "token", {"/": page("Langflow"), "/api/v1/version": js({"version": "1.3.4", "main_version": "1.3.4", "package": "Langflow"}), "/api/v1/flows/": js({"detail": "Missing authentication token"}, 403)}),
    "n8n": ("1.89.2", "token", {"/": page("n8n.io - Workflow Automation", "<script>window.REST_ENDPOINT = 'rest';</script>"), "/rest/settings": js({"data": {"instanceId": "i", "endpointWebhook": "webhook", "versionCli": "1.89.2"}}), "/rest/workflows": js({"status": "error", "message": "Unauthorized"}, 401)}),
    "n8n, which nobody has set up": ("2.8.4", "token", {"/": page("n8n.io - Workflow Automation", f'<meta name="n8n:config:sentry" content="{N8N_RELEASE}">'), "/rest/settings": js({"data": {"settingsMode": "public", "userManagement": {"showSetupOnFirstLoad": True}}}), "/rest/workflows": js({"status": "error", "message": "Unauthorized"}, 401)}),
    "mcp-inspector": (None, "token", {"/health": js({"status": "ok"}), "/config": js({"error": "Unauthorized", "message": "Authentication required. Use the session token shown in the console when starting the server."}, 401)}),
    "mcp-inspector, open": (None, "none", {"/health": js({"status": "ok"}), "/config": js({"defaultEnvironment": {"HOME": "/root"}, "defaultCommand": "", "defaultArgs": ""})}),
    "node-red": ("4.0.9", "none", {"/": page("Node-RED"), "/settings": js({"httpNodeRoot": "/", "version": "4.0.9", "user": {}}), "/flows": js([])}),
    "autogen-studio": ("0.4.2", "none", {"/": page("AutoGen Studio"), "/api/version": js({"status": True, "message": "Version retrieved successfully", "data": {"version": "0.4.2"}}), "/api/teams/?user_id=guestuser@gmail.com": js({"status": True, "data": []})}),
    "langgraph-server": ("0.4.1", "none", {"/info": js({"version": "0.2.3", "langgraph_py_version": "0.4.1", "flags": {"assistants": True}, "host": {}}), "/ok": js({"ok": True})}),
    "letta": ("0.7.1", "token", {"/openapi.json": openapi("Letta"), "/v1/health/": js({"version": "0.7.1", "status": "ok"}), "/v1/agents/": js({"detail": "Unauthorized"}, 401)}),
    "openhands": (None, "none", {"/": page("OpenHands"), "/api/options/config": js({"APP_MODE": "oss", "POSTHOG_CLIENT_KEY": "k"}), "/api/conversations": js({"results": []})}),
    "openclaw": ("2026.1.29", "none", {"/": page("OpenClaw Control", "<openclaw-app></openclaw-app>"), "/__openclaw/control-ui-config.json": js({"serverVersion": "2026.1.29", "basePath": ""})}),
    "chrome-devtools": ("131.0.6778.85", "none", {"/json/version": js({"Browser": "HeadlessChrome/131.0.6778.85", "Protocol-Version": "1.3", "webSocketDebuggerUrl": "ws://127.0.0.1:1/devtools/browser/x"}), "/json/list": js([])}),
    "rasa": ("3.6.21", "token", {"/": text("Hello from Rasa: 3.6.21"), "/version": js({"version": "3.6.21", "minimum_compatible_version": "3.6.0"}), "/domain": js({"status": "failure", "reason": "NotAuthenticated"}, 401)}),
    "cheshire-cat": ("1.9.1", "none", {"/": js({"status": "We're all mad here, dear!", "version": "1.9.1"}), "/memory/collections": js({"collections": []})}),
    "ray": ("2.44.1", "none", {"/": page("Ray Dashboard"), "/api/version": js({"version": "4", "ray_version": "2.44.1", "ray_commit": "abc", "session_name": "s"}), "/nodes?view=summary": js({"result": True}), "/api/jobs/": js([])}),
    "mlflow": ("2.21.3", "none", {"/": page("MLflow"), "/version": text("2.21.3"), "/health": text("OK"), "/ajax-api/2.0/mlflow/experiments/search?max_results=1": js({"experiments": []})}),
    "jupyter": ("2.15.0", "token", {"/": (302, {"Location": "/login?next=%2F"}, ""), "/login": page("Jupyter Server", "<input type=\"password\">", Server="TornadoServer/6.4"), "/api": js({"version": "2.15.0"}, Server="TornadoServer/6.4"), "/api/contents": js({"message": "Forbidden"}, 403), "/api/kernels": js({"message": "Forbidden"}, 403)}),
    "jupyter, open": ("2.15.0", "none", {"/lab": page("JupyterLab"), "/api": js({"version": "2.15.0"}, Server="TornadoServer/6.4"), "/api/contents": js({"type": "directory"}), "/api/kernels": js([]), "/api/terminals": js([])}),
    "jupyterhub": ("5.2.1", "token", {"/hub/login": page("JupyterHub", **{"X-JupyterHub-Version": "5.2.1"}), "/hub/api/": js({"version": "5.2.1"}, **{"X-JupyterHub-Version": "5.2.1"}), "/hub/api/users": js({"status": 403, "message": "Missing or invalid credentials."}, 403)}),
    "code-server": (None, "none", {"/login": page("code-server login"), "/healthz": js({"status": "expired", "lastHeartbeat": 0})}),
    "airflow": ("2.10.5", "token", {"/health": js({"metadatabase": {"status": "healthy"}, "scheduler": {"status": "healthy"}}), "/api/v1/version": js({"version": "2.10.5", "git_version": None}), "/api/v1/dags": js({"title": "Unauthorized"}, 401), "/api/v1/connections": js({"title": "Unauthorized"}, 401)}),
    "dagster": ("1.10.10", "none", {"/": page("Dagster"), "/server_info": js({"dagster_webserver_version": "1.10.10", "dagster_version": "1.10.10", "dagster_graphql_version": "1.10.10"})}),
    "prefect": ("3.3.4", "none", {"/": page("Prefect Server"), "/api/admin/version": js("3.3.4"), "/api/admin/settings": js({"PREFECT_API_URL": None})}),
    "zenml": ("0.81.0", "token", {"/api/v1/info": js({"id": "i", "version": "0.81.0", "deployment_type": "docker", "database_type": "sqlite", "secrets_store_type": "sql"}), "/api/v1/stacks": DENIED}),
    "argo-workflows": ("3.6.5", "none", {"/api/v1/version": js({"version": "v3.6.5", "gitTag": "v3.6.5", "gitTreeState": "clean", "compiler": "gc", "platform": "linux/amd64"}), "/api/v1/userinfo": js({"serviceAccountName": "argo-server"}), "/api/v1/workflows/": js({"items": None})}),
    "clearml": (None, "token", {"/debug.ping": js({"meta": {"endpoint": {"name": "debug.ping"}}, "data": {}}), "/projects.get_all": DENIED}),
    "label-studio": ("1.17.0", "token", {"/": (302, {"Location": "/user/login/"}, ""), "/api/version": js({"release": "1.17.0", "label-studio-os-package": {"version": "1.17.0"}}), "/api/projects": DENIED}),
    "cvat": ("2.31.0", "token", {"/api/server/about": js({"name": "Computer Vision Annotation Tool", "version": "2.31.0"}), "/api/projects": DENIED}),
    "tensorboard": ("2.19.0", "none", {"/": page("TensorBoard"), "/data/environment": js({"version": "2.19.0", "data_location": "/logs"}), "/data/runs": js([])}),
    "determined": ("0.38.0", "token", {"/api/v1/master": js({"version": "0.38.0", "masterId": "m", "clusterId": "c"}), "/api/v1/users": DENIED}),
    "chroma": ("1.0.4", "none", {"/api/v2/heartbeat": js({"nanosecond heartbeat": 1}), "/api/v2/version": js("1.0.4"), "/api/v2/tenants/default_tenant/databases/default_database/collections": js([])}),
    "qdrant": ("1.13.6", "token", {"/": js({"title": "qdrant - vector search engine", "version": "1.13.6", "commit": "c"}), "/collections": text("Must provide an API key or an Authorization bearer token", 401)}),
    "weaviate": ("1.30.0", "none", {"/v1/meta": js({"hostname": "http://[::]:8080", "modules": {}, "version": "1.30.0"}), "/v1/schema": js({"classes": []})}),
    "milvus": (None, "none", {"/metrics": text("milvus_proxy_req_count{node_id=\"1\"} 3\n")}),
    "marqo": ("2.16.1", "none", {"/": js({"message": "Welcome to Marqo", "version": "2.16.1"}), "/indexes": js({"results": []})}),
    "meilisearch": ("1.14.0", "partial", {"/": js({"status": "Meilisearch is running"}), "/version": js({"commitSha": "c", "commitDate": "d", "pkgVersion": "1.14.0"}), "/indexes": js({"results": []}), "/keys": js({"message": "missing master key"}, 401)}),
    "elasticsearch": ("8.18.0", "none", {"/": js({"name": "n", "cluster_name": "c", "version": {"number": "8.18.0", "lucene_version": "9.12"}, "tagline": "You Know, for Search"}), "/_cat/indices?format=json": js([])}),
    "opensearch": ("2.19.1", "none", {"/": js({"name": "n", "version": {"distribution": "opensearch", "number": "2.19.1"}, "tagline": "The OpenSearch Project: https://opensearch.org/"}), "/_cat/indices?format=json": js([])}),
    "vespa": ("8.510.30", "none", {"/ApplicationStatus": js({"application": {"vespa": {"version": "8.510.30"}, "meta": {}}})}),
    "neo4j": ("5.26.0", None, {"/": js({"bolt_routing": "neo4j://localhost:7687", "neo4j_version": "5.26.0", "neo4j_edition": "community"})}),
    "langfuse": ("3.40.0", "token", {"/": page("Sign in | Langfuse", "<script src=/_next/static/x.js></script>"), "/api/public/health": js({"status": "OK", "version": "3.40.0"}), "/api/public/traces": js({"message": "No authorization header"}, 401)}),
    "phoenix": ("8.22.1", "none", {"/": page("Phoenix", "<script>window.Config = {platformVersion: \"8.22.1\"}</script>", **{"X-Phoenix-Server-Version": "8.22.1"}), "/v1/projects": js({"data": []})}),
    "langsmith": ("0.10.20", "token", {"/api/v1/info": js({"version": "0.10.20", "instance_flags": {}, "batch_ingest_config": {}}), "/api/v1/sessions": DENIED}),
    "mindsdb": ("25.4.2", "none", {"/api/status": js({"mindsdb_version": "25.4.2", "environment": "local", "auth": {"http_auth_enabled": False}}), "/api/projects": js([])}),
    "nemo-guardrails": (None, "none", {"/openapi.json": openapi("Guardrails Server API", "0.1.0"), "/v1/rails/configs": js([])}),
    "presidio-analyzer": (None, "none", {"/health": text("Presidio Analyzer service is up"), "/recognizers?language=en": js([])}),
    "unstructured-api": ("0.0.85", None, {"/general/openapi.json": openapi("Unstructured Pipeline API", "0.0.85")}),
    "tika": ("2.9.3", "none", {"/": page("Welcome to the Apache Tika Server"), "/tika": text("This is Tika Server (Apache Tika 2.9.3). Please PUT\n"), "/version": text("Apache Tika 2.9.3"), "/parsers": text("parsers")}),
    "gotenberg": ("8.20.1", "none", {"/health": js({"status": "up"}, **{"Gotenberg-Trace": "t"}), "/version": text("8.20.1")}),
    "gradio": ("5.25.0", "none", {"/": page("Demo", "<script>window.gradio_config = {\"version\":\"5.25.0\"};</script><gradio-app></gradio-app>"), "/config": js({"version": "5.25.0", "mode": "interface", "components": []})}),
    "streamlit": (None, "none", {"/": page("Streamlit"), "/_stcore/health": text("ok"), "/_stcore/host-config": js({"allowedOrigins": []})}),
    "comfyui": ("0.3.30", "none", {"/": page("ComfyUI"), "/system_stats": js({"system": {"comfyui_version": "0.3.30", "python_version": "3.12"}, "devices": []}), "/history": js({}), "/object_info": js({})}),
    "stable-diffusion-webui": (None, "none", {"/": page("Stable Diffusion"), "/sdapi/v1/options": js({"sd_model_checkpoint": "m"}), "/sdapi/v1/sd-models": js([])}),
    "h2o-3": ("3.46.0.7", "none", {"/3/Cloud": js({"version": "3.46.0.7", "branch_name": "rel", "cloud_name": "c", "cloud_healthy": True}), "/3/Models": js({"models": []})}),
    "spark": ("3.5.5", "none", {"/api/v1/version": js({"spark": "3.5.5"}), "/api/v1/applications": js([])}),
    "openai-compatible": (None, "none", {"/v1/models": models("somebody")}),
}

SHELL = page("My application", '<div id="root"></div><script src="/assets/index.js"></script>')
# Servers of other kinds, some of which answer to anything.
ORDINARY = {
    "a blog": {"/": page("Notes", "<p>How I run vLLM, Ollama is running, Langflow and Jupyter Server behind a proxy, MLflow and n8n too.</p>"), "*": page("Not found", status=404)},
    "the frame of an application for every path": {"*": SHELL},
    "a JSON interface for every path": {"*": js({"status": "ok", "version": "1.4.2", "data": [], "message": "hello", "models": [], "object": "list", "result": {}})},
    "echo": "echo",
    "everything asks for a password": {"*": page("401 Authorization Required", status=401, **{"WWW-Authenticate": 'Basic realm="internal"'})},
    "everything is forbidden": {"*": js({"message": "forbidden"}, 403)},
    "everything leads to a login": {"*": (302, {"Location": "https://login.example.org/oauth2/authorize"}, "")},
    "a loop": {"*": (301, {"Location": "/"}, "")},
    "an object store": {"*": (403, {"Server": "MinIO", "Content-Type": "application/xml"}, "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>")},
    "a dashboard of metrics": {"/": (302, {"Location": "/login"}, ""), "/login": page("Grafana"), "/api/health": js({"database": "ok", "version": "11.6.0", "commit": "c"}), "/metrics": text("grafana_build_info 1\n")},
    "a collector of metrics": {"/": (302, {"Location": "/query"}, ""), "/-/healthy": text("Prometheus Server is Healthy."), "/metrics": text("prometheus_build_info 1\n"), "/version": js({"version": "2.53.0"})},
    "an application of FastAPI": {"/": js({"message": "Hello World"}, **UVICORN), "/openapi.json": openapi("FastAPI", "0.1.0"), "/docs": page("FastAPI - Swagger UI"), "/health": js({"status": "ok"}), "/version": js({"version": "0.1.0"}, **UVICORN), "*": js({"detail": "Not Found"}, 404, **UVICORN)},
    "a service with health and version": {"/": text("ok"), "/health": js({"status": "OK", "version": "1.0.0"}), "/api/health": js({"status": "healthy"}), "/api/version": js({"version": "3.2.1"}), "/version": js({"version": "3.2.1"}), "/info": js({"version": "1", "name": "svc"}), "/status": js({"status": "up"})},
    "actuator": {"/actuator/health": js({"status": "UP"}), "/health": js({"status": "UP"}), "/info": js({}), "*": js({"timestamp": "t", "status": 404, "error": "Not Found"}, 404)},
    "a forge": {"/": page("Explore - Gitea: Git with a cup of tea"), "/api/v1/version": js({"version": "1.23.1"}), "/api/v1/settings/api": js({}), "*": page("Page Not Found", status=404)},
    "a wiki": {"/": page("Main Page - Wiki", "<meta name=generator content=MediaWiki>"), "*": page("Wiki", status=404)},
    "a shop": {"/": page("WordPress &#8211; Blog", "wp-content"), "/wp-json/": js({"name": "Shop", "namespaces": []}), "*": page("Page not found", status=404)},
    "a cluster's interface": {"/version": js({"major": "1", "minor": "32", "gitVersion": "v1.32.1", "gitCommit": "c", "gitTreeState": "clean", "compiler": "gc", "platform": "linux/amd64"}), "*": js({"kind": "Status", "status": "Failure", "message": "forbidden: User \"system:anonymous\"", "code": 403}, 403)},
    "a registry of images": {"/v2/": js({}, **{"Docker-Distribution-Api-Version": "registry/2.0"}), "/v2": (301, {"Location": "/v2/"}, ""), "*": text("404 page not found\n", 404)},
    "a key store": {"/v1/sys/health": js({"initialized": True, "sealed": False, "version": "1.19.0"}), "*": js({"errors": []}, 404)},
    "a default page": {"/": page("Apache2 Debian Default Page: It works"), "*": page("404 Not Found", status=404)},
    "a page with models in its menu": {"/": page("Shop of models", "<a href=/models>Models</a> <a href=/api/tags>Tags</a>"), "/models": page("Models"), "/collections": page("Collections"), "/api/tags": js(["a", "b"])},
    "nothing but 404": {},
    "a login page for every path": {"*": page("Sign in", '<form><input type="password" name="p"></form>')},
}


class Replay(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # one segment for head and body: no wait for an acknowledgement between them

    def answer(self, with_body):
        answers = self.server.answers
        if answers == "echo":
            found = js({"method": self.command, "path": self.path, "url": "http://localhost" + self.path, "headers": dict(self.headers), "args": {}, "version": "1.0", "name": self.path})
        else:
            found = answers.get(self.path) or answers.get("*") or (404, {"Content-Type": "text/html"}, "<html><title>404 Not Found</title></html>")
        status, headers, body = found
        body = body.encode()
        self.server.methods.add(self.command)
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.server.reflect and self.headers.get("Origin"):
            self.send_header("Access-Control-Allow-Origin", self.headers["Origin"])
            self.send_header("Access-Control-Allow-Credentials", "true")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def do_GET(self):
        self.answer(True)

    def do_HEAD(self):
        self.answer(False)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.answer(True)

    do_DELETE = do_PUT = do_OPTIONS = do_POST

    def log_message(self, *_):
        pass


def serve(answers, reflect=False):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Replay)
    server.daemon_threads = True
    server.answers, server.methods, server.reflect = answers, set(), reflect
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


def probe(*words, timeout="4", limit=120):
    began = time.monotonic()
    run = subprocess.run([BINARY, "probe", "--quiet", "--format", "json", "--timeout", timeout, *words], capture_output=True, text=True, timeout=limit)
    report = json.loads(run.stdout) if run.stdout.startswith("{") else {}
    return run.returncode, report, run.stderr, time.monotonic() - began


def endpoints(report):
    return [a for a in report.get("assets", []) if a["kind"] == "endpoint"]


def told_of(report, rule="live-service-exposed"):
    return [f for f in report.get("findings", []) if f["rule"] == rule]


def test_services():
    for name, (version, authentication, answers) in SERVICES.items():
        product = name.split(" with ")[0].split(",")[0]
        server = serve(answers)
        with tempfile.TemporaryDirectory() as work:
            saved = os.path.join(work, "seen.json")
            code, report, errors, _ = probe(f"http://127.0.0.1:{server.server_port}", "--save", saved)
            server.shutdown()
            found = endpoints(report)
            check(f"{name}: the product", code == 0 and len(found) == 1 and found[0]["attributes"].get("product") == product, (code, errors, found or open(saved).read() if os.path.exists(saved) else found))
            if not found:
                continue
            facts = found[0]["attributes"]
            check(f"{name}: the version", facts.get("version") == version, facts)
            check(f"{name}: who is asked for", facts.get("authentication") == authentication, facts)
            check(f"{name}: asked without changing anything", server.methods == {"GET"}, server.methods)


def test_ordinary():
    for name, answers in ORDINARY.items():
        server = serve(answers)
        code, report, errors, seconds = probe(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        check(f"{name}: no AI service", code == 0 and not endpoints(report) and not report["findings"], (code, errors, endpoints(report)))
        check(f"{name}: and the report says so", any("signs of none" in gap["detail"] for gap in report.get("scan", {}).get("incomplete", [])), (code, errors, report.get("scan", {}).get("incomplete")))
        check(f"{name}: soon", seconds < 30, seconds)


def test_exposure():
    server = serve(SERVICES["jupyter, open"][2], reflect=True)
    _, report, _, _ = probe(f"http://127.0.0.1:{server.server_port}")
    said = " ".join(f["evidence"] for f in told_of(report))
    check("an open notebook is told", "GET /api/kernels answers 200 to anyone" in said and "pages of any site" in said, said)
    server.shutdown()
    server = serve(SERVICES["n8n, which nobody has set up"][2])
    _, report, _, _ = probe(f"http://127.0.0.1:{server.server_port}")
    said = " ".join(f["evidence"] for f in told_of(report))
    check("one that nobody has set up is told", "whoever comes first becomes its administrator" in said, said)
    server.shutdown()
    server = serve(SERVICES["ollama"][2])
    _, report, _, _ = probe("--cidr", "127.0.0.1/32", "--ports", str(server.server_port))
    check("a range", [a["attributes"].get("product") for a in endpoints(report)] == ["ollama"], report.get("assets"))
    check("its version is held against advisories", any("CVE-" in f["evidence"] for f in told_of(report, "vulnerable-package")) or not told_of(report, "vulnerable-package"), "")
    server.shutdown()
    code, _, errors, _ = probe("--cidr", "127.0.0.1/32", "--header", "X-Key: k")
    check("credentials do not go to a range", code == 2 and "--header" in errors, (code, errors))
    code, _, errors, _ = probe("--cidr", "8.8.8.0/30")
    check("the internet is not scanned", code == 2 and "private" in errors, (code, errors))


# (product, answers, its class of inference routes, told at, what is not assessed)
NOT_ALLOWED = js({"detail": "Method Not Allowed"}, 405)
VLLM = {"/version": js({"version": "0.8.4"}, **UVICORN), "/metrics": text("vllm:num_requests_running 0.0")}
INFERENCE = {
    "asks before the route, and nobody asked": ("vllm", {**VLLM, "/v1/models": models("vllm"), "/v1/chat/completions": NOT_ALLOWED}, "open", "/v1/chat/completions", False),
    "a key for /v1 alone": ("vllm", {**VLLM, "/v1/models": DENIED, "/v1/chat/completions": DENIED, "/invocations": NOT_ALLOWED}, "open", "/invocations", False),
    "a key for all": ("vllm", {**VLLM, "/v1/models": DENIED, "/v1/chat/completions": DENIED, "/invocations": DENIED}, "guarded", None, False),
    "the route is not found before anybody asks": ("llama-cpp", {**SERVICES["llama-cpp"][2], "*": text("not found", 404)}, "open", "/v1/chat/completions", False),
    "a key, and models listed to anyone": ("llama-cpp", {**SERVICES["llama-cpp"][2], "*": DENIED}, "guarded", None, False),
    "asks after the method": ("litellm", {**SERVICES["litellm"][2], "/v1/models": models("m"), "/v1/chat/completions": NOT_ALLOWED}, "not-assessed", None, True),
    "a family": ("openai-compatible", {"/v1/models": models("m"), "/v1/chat/completions": NOT_ALLOWED}, "not-assessed", None, True),
    "a login before it": ("ollama", {**SERVICES["ollama"][2], "/api/generate": (302, {"Location": "/oauth2/login"}, "")}, "guarded", None, False),
    "an older one that says 404": ("ollama", {**SERVICES["ollama"][2]}, "not-assessed", None, True),
}


def test_inference():
    for name, (product, answers, state, at, unknown) in INFERENCE.items():
        server = serve(answers)
        _, report, errors, _ = probe(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        facts = endpoints(report)[0]["attributes"] if endpoints(report) else {}
        check(f"inference, {name}: its state", facts.get("product") == product and f"inference: {state}" in facts.get("routes", []), (errors, facts))
        said = [f["evidence"] for f in told_of(report) if "is open to anyone" in f["evidence"]]
        check(f"inference, {name}: told", (len(said) == 1 and said[0].find(at) >= 0) if at else not said, said)
        check(f"inference, {name}: not assessed is said", any("was not assessed" in gap["detail"] for gap in report["scan"]["incomplete"]) == unknown, report["scan"]["incomplete"])
        check(f"inference, {name}: nothing generated", server.methods == {"GET"}, server.methods)


def raw_server(talk):
    """A server of bytes: `talk(connection, ends, first bytes)` for each connection, in a thread."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.2)
    ends = threading.Event()

    def one(connection):
        try:
            connection.settimeout(60)
            talk(connection, ends, connection.recv(65536))
        except OSError:
            pass
        finally:
            connection.close()

    def run():
        while not ends.is_set():
            try:
                threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()
            except TimeoutError:
                pass
        listener.close()

    threading.Thread(target=run, daemon=True).start()
    return listener.getsockname()[1], ends


def test_hostile():
    def drip(connection, ends, first):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000000\r\n\r\n")
        while not ends.wait(0.5):
            connection.sendall(b"a")

    def endless(connection, ends, first):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
        while not ends.is_set():
            connection.sendall(b"1," * 32768)

    def bomb(connection, ends, first):
        import gzip
        body = gzip.compress(b"[" + b" " * (64 << 20) + b"]")
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)

    def headers(connection, ends, first):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for i in range(20000):
            connection.sendall(b"X-%d: %s\r\n" % (i, b"y" * 200))

    def garbage(connection, ends, first):
        connection.sendall(bytes(range(256)) * 64)

    def one(name, talk):
        port, ends = raw_server(talk)
        code, report, errors, seconds = probe(f"http://127.0.0.1:{port}", timeout="2")
        ends.set()
        said = errors + json.dumps(report.get("scan", {}).get("incomplete", []))
        check(f"{name}: in time", seconds < 45, seconds)
        check(f"{name}: and told", code in (0, 2) and ("given up" in said or "signs of none" in said or "nothing answers" in said), (code, said))
        check(f"{name}: no product", not endpoints(report), endpoints(report))

    with concurrent.futures.ThreadPoolExecutor() as together:  # they mostly wait
        list(together.map(one, *zip(*{"a byte now and then": drip, "an answer without end": endless, "a compressed bomb": bomb, "headers without end": headers, "no HTTP": garbage}.items())))


def postgresql(let_in, vector):
    """What PostgreSQL answers, from the message formats of its documentation."""
    def message(kind, body):
        return kind + struct.pack(">I", len(body) + 4) + body

    def talk(connection, ends, first):
        if first == struct.pack(">II", 8, 80877103):
            connection.sendall(b"N")
            return
        if not let_in:
            connection.sendall(message(b"R", struct.pack(">I", 10) + b"SCRAM-SHA-256\0\0"))
            return
        for part in (message(b"R", bytes(4)), message(b"S", b"server_version\x0016.4 (Debian 16.4-1)\0"), message(b"Z", b"I")):
            connection.sendall(part)  # in parts: a message may come in several
            time.sleep(0.02)
        connection.recv(65536)
        row = message(b"D", struct.pack(">HI", 1, len(vector)) + vector) if vector else b""
        connection.sendall(row + message(b"C", b"SELECT\0") + message(b"Z", b"I"))

    return talk


def test_databases():
    info = b"# Server\r\nredis_version:7.2.5\r\nredis_mode:standalone\r\n"
    seen = {
        "redis": ("redis", "redis", "7.2.5", "none", lambda c, e, f: c.sendall(b"$%d\r\n%s\r\n" % (len(info), info))),
        "redis with a password": ("redis", "redis", None, "token", lambda c, e, f: c.sendall(b"-NOAUTH Authentication required.\r\n")),
        "postgresql": ("postgresql", "postgresql", "16.4", "none", postgresql(True, b"")),
        "postgresql with vectors": ("postgresql", "pgvector", "16.4", "none", postgresql(True, b"0.8.0")),
        "postgresql with a password": ("postgresql", "postgresql", None, "token", postgresql(False, b"")),
    }
    for name, (scheme, product, version, authentication, talk) in seen.items():
        port, ends = raw_server(talk)
        code, report, errors, _ = probe(f"{scheme}://127.0.0.1:{port}")
        ranged = probe("--cidr", "127.0.0.1/32", "--ports", str(port))[1]
        ends.set()
        for way, found in (("", endpoints(report)), (" in a range", endpoints(ranged))):
            facts = found[0]["attributes"] if len(found) == 1 else {}
            check(name + way, (facts.get("product"), facts.get("version"), facts.get("authentication")) == (product, version, authentication), (code, errors, found))
        check(f"{name}: told", bool(told_of(report)) == (authentication == "none"), report.get("findings"))

    code, _, errors, _ = probe("postgresql://user:made-up-word@127.0.0.1")
    check("credentials in an address are refused and not shown", code == 2 and "without credentials" in errors and "made-up-word" not in errors, (code, errors))

    def endless(connection, ends, first):
        while not ends.is_set():
            connection.sendall(b"$999999999\r\n" + b"a" * 65536)

    for name, talk in {"an answer without end": endless, "a length that lies": lambda c, e, f: c.sendall(b"R\xff\xff\xff\xff"), "silence": lambda c, e, f: e.wait(20), "another protocol": lambda c, e, f: c.sendall(b"SSH-2.0-x\r\n")}.items():
        for scheme in ("redis", "postgresql"):
            port, ends = raw_server(talk)
            code, report, errors, seconds = probe(f"{scheme}://127.0.0.1:{port}", timeout="1")
            ends.set()
            check(f"{scheme}, {name}: in time, and told", code == 2 and "speaks no" in errors and seconds < 10, (code, errors, seconds))


def run_program(words, port, folder):
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return process
        except OSError:
            time.sleep(0.1)
    return process


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_real_programs():
    with tempfile.TemporaryDirectory() as work:
        open(os.path.join(work, "index.html"), "w").write("<title>Welcome</title>")
        port = free_port()
        programs = {"http.server": ([sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"], port)}
        if nginx := shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"):
            port = free_port()
            with open(os.path.join(work, "nginx.conf"), "w") as file:
                file.write(f"daemon off; pid {work}/nginx.pid; error_log /dev/null; events {{}} http {{ access_log off; client_body_temp_path {work}/b; proxy_temp_path {work}/p; fastcgi_temp_path {work}/f; uwsgi_temp_path {work}/u; scgi_temp_path {work}/s;"
                           f" server {{ listen 127.0.0.1:{port}; root {work}; }} }}")
            programs["nginx"] = ([nginx, "-c", os.path.join(work, "nginx.conf")], port)
        if lighttpd := shutil.which("lighttpd", path=os.environ["PATH"] + ":/usr/sbin"):
            port = free_port()
            with open(os.path.join(work, "lighttpd.conf"), "w") as file:
                file.write(f'server.document-root = "{work}"\nserver.port = {port}\nserver.bind = "127.0.0.1"\nindex-file.names = ("index.html")\n')
            programs["lighttpd"] = ([lighttpd, "-D", "-f", os.path.join(work, "lighttpd.conf")], port)
        if node := shutil.which("node"):
            port = free_port()
            programs["node"] = ([node, "-e", f"require('http').createServer((q,s)=>{{s.setHeader('X-Powered-By','Express');s.end('ok')}}).listen({port},'127.0.0.1')"], port)
        for name, (words, port) in programs.items():
            process = run_program(words, port, work)
            code, report, errors, _ = probe(f"http://127.0.0.1:{port}")
            process.terminate()
            process.wait(10)
            check(f"{name}: no AI service", code == 0 and not endpoints(report), (code, errors, endpoints(report)))


def test_real_redis():
    redis = shutil.which("redis-server")
    if not redis:
        print("redis-server is not installed: not asked")
        return
    for password, authentication in ((["--requirepass", "p"], "token"), ([], "none")):
        port = free_port()
        process = run_program([redis, "--port", str(port), "--bind", "127.0.0.1", "--save", "", *password], port, "/")
        _, report, errors, _ = probe(f"redis://127.0.0.1:{port}")
        process.terminate()
        process.wait(10)
        check(f"the real Redis, {authentication}", [(a["attributes"].get("product"), a["attributes"].get("authentication")) for a in endpoints(report)] == [("redis", authentication)], (errors, endpoints(report)))


def main():
    test_services()
    test_ordinary()
    test_exposure()
    test_inference()
    test_databases()
    test_hostile()
    test_real_programs()
    test_real_redis()
    print(f"{len(SERVICES)} services as documented, {len(ORDINARY)} other servers, {len(failures)} failures")
    sys.exit(1 if failures else 0)


main()
