// SPDX-License-Identifier: Apache-2.0
#include "advisory/image.h"

#include <gtest/gtest.h>

namespace stormwatch::advisory {
namespace {

std::string of(std::string_view image) {
  auto package = package_of_image(image);
  return package ? package->ecosystem + "/" + package->name + "@" + package->version : "";
}

TEST(Image, TagsToVersions) {
  EXPECT_EQ(of("vllm/vllm-openai:v0.8.4"), "PyPI/vllm@0.8.4");
  EXPECT_EQ(of("docker.io/lmsysorg/sglang:v0.4.6.post1-cu124"), "PyPI/sglang@0.4.6.post1");
  EXPECT_EQ(of("ghcr.io/berriai/litellm:main-v1.82.3-stable"), "PyPI/litellm@1.82.3");
  EXPECT_EQ(of("pytorch/pytorch:2.5.1-cuda12.4-cudnn9-devel@sha256:00"), "PyPI/torch@2.5.1");
  EXPECT_EQ(of("docker.n8n.io/n8nio/n8n:1.119.0"), "npm/n8n@1.119.0");
  EXPECT_EQ(of("ollama/ollama:0.3.1-rocm"), "Go/github.com/ollama/ollama@0.3.1");
}

TEST(Image, WhatStatesNothing) {
  for (const char* image : {"ollama/ollama:latest", "ollama/ollama", "ollama/ollama@sha256:00", "registry.example:5000/ollama/ollama:0.3.1", "someone/vllm-openai:v0.8.4", "apache/airflow:2", "", ":", "a:1.2.x"})
    EXPECT_EQ(of(image), "") << image;
}

}  // namespace
}  // namespace stormwatch::advisory
