// SPDX-License-Identifier: Apache-2.0
// Routes of web applications in Python and JavaScript, as their frameworks declare them: decorators and calls of FastAPI, Starlette,
// Flask, Quart, aiohttp, LangServe, Express, Fastify, Hono; handlers of Next.js by their file; controllers of NestJS; views of Django.
#pragma once

#include <string>
#include <vector>

#include "collect/understanding/near_files.h"
#include "collect/understanding/view.h"

namespace stormwatch::collect {

struct WebRoute {
  const CodeFile* file = nullptr;         ///< where the handler stands; null for a runnable that LangServe serves
  code::Index function = code::kNone;     ///< the handler
  std::string path;
  code::Index declared = code::kNone;     ///< in the view's file: what is shown
  std::vector<code::Index> layers;        ///< in the view's file: dependencies, middlewares and decorators that stand before the handler
  bool asks = false;                      ///< the declaration itself says that somebody asks
  bool gradio = false;                    ///< a page of Gradio with a public link or on every interface
};

std::vector<WebRoute> web_routes_of(const View& view, NearFiles& files);

}  // namespace stormwatch::collect
