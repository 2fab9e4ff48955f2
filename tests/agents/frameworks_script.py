# SPDX-License-Identifier: Apache-2.0
"""The same in TypeScript, Java, C# and Go."""
from app import App


def apps():
    yield App("Vercel AI SDK", {"app.ts": '''
import { generateText, stepCountIs, tool, ToolLoopAgent } from "ai";
import { openai } from "@ai-sdk/openai";
import { z } from "zod";
const weather = tool({ description: "Weather of a place", inputSchema: z.object({ place: z.string() }), needsApproval: true, execute: async ({ place }) => place });
export async function forecast(question: string) {
  return generateText({ model: openai("gpt-4o-mini"), system: "You talk about the weather, and about nothing but the weather.", prompt: question, tools: { weather }, stopWhen: stepCountIs(5) });
}
const loop = new ToolLoopAgent({ model: "anthropic/claude-sonnet-4.5", instructions: "You plan hikes for people who do not like to climb.", tools: { weather }, stopWhen: stepCountIs(9) });
'''}, agents={"forecast": "vercel-ai", "loop": "vercel-ai"}, models={"gpt-4o-mini": "openai", "claude-sonnet-4.5": "anthropic"}, tools={"weather"}, steps={"forecast": 5, "loop": 9}, approval={"forecast", "loop"}, prompts=2)
    yield App("Mastra", {"app.ts": '''
import { Agent } from "@mastra/core/agent";
import { createTool } from "@mastra/core/tools";
import { Memory } from "@mastra/memory";
import { openai } from "@ai-sdk/openai";
const stock = createTool({ id: "get-stock", description: "Price of a share", execute: async ({ context }) => "1" });
export const broker = new Agent({ name: "broker", instructions: "You tell prices of shares and never give advice on them.", model: openai("gpt-4o"), tools: { stock }, memory: new Memory() });
'''}, agents={"broker": "mastra"}, models={"gpt-4o": "openai"}, tools={"get-stock"}, memory={"broker"}, prompts=1)
    yield App("LangChain.js", {"app.ts": '''
import { createReactAgent } from "@langchain/langgraph/prebuilt";
import { ChatOpenAI } from "@langchain/openai";
import { tool } from "@langchain/core/tools";
const echo = tool(async ({ text }) => text, { name: "echo", description: "Says it again" });
export const parrot = createReactAgent({ llm: new ChatOpenAI({ model: "gpt-4o" }), tools: [echo], prompt: "You say again what the user says, in capital letters." });
'''}, agents={"parrot": "langchain"}, models={"gpt-4o": "openai"}, tools={"echo"}, prompts=1)
    yield App("OpenAI Agents JS", {"app.ts": '''
import { Agent, tool } from "@openai/agents";
const add = tool({ name: "add", description: "Adds", parameters: {}, needsApproval: true, execute: async ({ a, b }) => a + b });
const clerk = new Agent({ name: "clerk", instructions: "You add numbers for people who have no machine at hand.", model: "gpt-4.1-mini", tools: [add] });
const desk = new Agent({ name: "desk", instructions: "You ask what people want and call the clerk for sums.", handoffs: [clerk] });
'''}, agents={"clerk": "openai-agents", "desk": "openai-agents"}, models={"gpt-4.1-mini": "openai"}, tools={"add"}, handoffs={("desk", "clerk")}, approval={"clerk"}, prompts=2)
    yield App("Spring AI", {"pom.xml": "<project/>", "src/main/java/App.java": '''
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.advisor.MessageChatMemoryAdvisor;
import org.springframework.ai.chat.client.advisor.SafeGuardAdvisor;
import org.springframework.ai.chat.client.advisor.vectorstore.QuestionAnswerAdvisor;
import org.springframework.ai.tool.annotation.Tool;
class Desk {
  @Tool(description = "The time in a city") String time(String city) { return city; }
  ChatClient make(ChatClient.Builder builder, Object store, Object memory) {
    ChatClient desk = builder.defaultSystem("You are the desk of a hotel and know the town well.").defaultTools(new Desk())
        .defaultAdvisors(new MessageChatMemoryAdvisor(memory), new QuestionAnswerAdvisor(store), new SafeGuardAdvisor(null)).build();
    return desk;
  }
}
''', "src/main/resources/application.properties": "server.port=80\nspring.ai.openai.api-key=${OPENAI_API_KEY}\nspring.ai.openai.chat.options.model=gpt-4o-mini\n"}, agents={"desk": "spring-ai"}, models={"gpt-4o-mini": "openai"}, tools={"time"}, guards={"desk": {"SafeGuardAdvisor"}}, memory={"desk"}, retrievers={"desk"}, prompts=1)
    yield App("Spring AI, tools of another class", {"pom.xml": "<project/>", "src/main/java/inn/Clock.java": '''
package inn;
import org.springframework.ai.tool.annotation.Tool;
class Clock {
  @Tool(description = "The time in a city") String time(String city) { return city; }
}
''', "src/main/java/inn/App.java": '''
package inn;
import org.springframework.ai.chat.client.ChatClient;
class App {
  private final Clock clock;
  App(Clock clock) { this.clock = clock; }
  ChatClient make(ChatClient.Builder builder) {
    ChatClient desk = builder.defaultSystem("You are the desk of a hotel and know the town well.").defaultTools(clock).build();
    return desk;
  }
  ChatClient other(ChatClient.Builder builder) {
    ChatClient night = builder.defaultSystem("You are the night porter of a hotel and open the door.").defaultTools(new Clock()).build();
    return night;
  }
}
'''}, agents={"desk": "spring-ai", "night": "spring-ai"}, tools={"time"}, given={("desk", "time"), ("night", "time")}, prompts=2)
    yield App("LangChain4j", {"App.java": '''
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.SystemMessage;
interface Doctor {
  @SystemMessage("You listen to what hurts and say which doctor to see.")
  String listen(String text);
}
class Ward { @Tool("Free beds of the ward") int beds(String ward) { return 1; } }
class App {
  void run(Object documents) {
    Doctor doctor = AiServices.builder(Doctor.class).chatModel(OpenAiChatModel.builder().modelName("gpt-4o").build()).tools(new Ward()).chatMemory(MessageWindowChatMemory.withMaxMessages(10)).contentRetriever(documents).maxSequentialToolsInvocations(7).build();
  }
}
'''}, agents={"Doctor": "langchain4j"}, models={"gpt-4o": "openai"}, tools={"beds"}, steps={"Doctor": 7}, memory={"Doctor"}, retrievers={"Doctor"}, prompts=1)
    yield App("Semantic Kernel C#", {"App.cs": '''
using System.ComponentModel;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.Agents;
public class Lights { [KernelFunction("switch_light"), Description("Switches a light")] public string Switch(string room) => room; }
public class App {
  public void Run() {
    var builder = Kernel.CreateBuilder();
    builder.AddOpenAIChatCompletion("gpt-4o", "key");
    var kernel = builder.Build();
    ChatCompletionAgent keeper = new() { Name = "keeper", Instructions = "You switch lights in the house when somebody asks for it.", Kernel = kernel };
    var writer = new ChatCompletionAgent { Name = "writer", Instructions = "You write down which light burned for how long.", Kernel = kernel };
    var chat = new AgentGroupChat(keeper, writer);
  }
}
'''}, agents={"keeper": "semantic-kernel", "writer": "semantic-kernel", "chat": "semantic-kernel"}, models={"gpt-4o": "openai"}, tools={"switch_light"}, handoffs={("chat", "keeper"), ("chat", "writer")}, prompts=2)
    yield App("Microsoft Agent Framework C#", {"App.cs": '''
using Azure.AI.OpenAI;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
public class App {
  static string Tide(string port) => port;
  public void Run(System.Uri address) {
    AIAgent pilot = new AzureOpenAIClient(address, null).GetChatClient("gpt-4o-mini").AsAIAgent(instructions: "You tell captains when the water is high enough.", name: "pilot", tools: [AIFunctionFactory.Create(Tide)]);
  }
}
'''}, agents={"pilot": "agent-framework"}, models={"gpt-4o-mini": "azure-openai"}, tools={"Tide"}, prompts=1)
    yield App("Go clients", {"go.mod": "module a\n", "main.go": '''
package main
import (
	"context"
	openai "github.com/sashabaranov/go-openai"
)
func ask(ctx context.Context, text string) string {
	client := openai.NewClient("key")
	answer, err := client.CreateChatCompletion(ctx, openai.ChatCompletionRequest{Model: "gpt-4o-mini", Messages: nil})
	if err != nil { return "" }
	return answer.Choices[0].Message.Content
}
'''}, models={"gpt-4o-mini": "openai"}, providers={"openai"})
    yield App("Google ADK Go", {"go.mod": "module a\n", "main.go": '''
package main
import (
	"google.golang.org/adk/agent/llmagent"
	"google.golang.org/adk/model/gemini"
)
func main() {
	model, _ := gemini.NewModel(nil, "gemini-2.5-flash", nil)
	guide, _ := llmagent.New(llmagent.Config{Name: "guide", Model: model, Instruction: "You lead people through the old town and tell its stories."})
	_ = guide
}
'''}, agents={"guide": "google-adk"}, models={"gemini-2.5-flash": "google"}, prompts=1)
