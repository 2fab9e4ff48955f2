# SPDX-License-Identifier: Apache-2.0
"""One small application, and what a scan must see of it. What is left empty is not asked for."""
import dataclasses


@dataclasses.dataclass
class App:
    framework: str
    files: dict
    agents: dict = dataclasses.field(default_factory=dict)     # name: attributes.framework
    models: dict = dataclasses.field(default_factory=dict)     # name: attributes.source
    providers: set = dataclasses.field(default_factory=set)
    tools: set = dataclasses.field(default_factory=set)        # given to an agent, or offered by the application
    given: set = dataclasses.field(default_factory=set)        # (agent, tool)
    handoffs: set = dataclasses.field(default_factory=set)     # (agent, agent)
    guards: dict = dataclasses.field(default_factory=dict)     # agent: names among attributes.guardrails
    steps: dict = dataclasses.field(default_factory=dict)      # agent: attributes.max_steps
    thinks_with: dict = dataclasses.field(default_factory=dict)  # agent: attributes.model_name
    approval: set = dataclasses.field(default_factory=set)     # agents with attributes.human_approval
    memory: set = dataclasses.field(default_factory=set)       # agents with attributes.memory and has_memory
    retrievers: set = dataclasses.field(default_factory=set)   # agents that read a vector store
    stores: set = dataclasses.field(default_factory=set)       # products of vector stores
    servers: set = dataclasses.field(default_factory=set)      # MCP servers that the application connects to
    prompts: int = 0
