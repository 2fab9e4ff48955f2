// SPDX-License-Identifier: Apache-2.0
// One small sample of every format that names packages, whole and cut at every byte; package URLs there and back.
#include <gtest/gtest.h>

#include "format/lockfiles.h"
#include "format/package_url.h"
#include "format/xml_tree.h"

namespace stormwatch::format {
namespace {

struct Sample {
  const char* path;
  const char* text;
  const char* packages;  ///< "ecosystem/name@version" each; " dev" and " indirect" where so
};

const Sample kSamples[] = {
    {"setup.py", "setup(install_requires=[\n  'torch==2.1.0',  # 'no==1'\n  \"numpy>=1.2\"],\n  extras_require={'dev': ['pytest']}, name='x==1')", "PyPI/torch@2.1.0 PyPI/numpy@ PyPI/pytest@ dev "},
    {"env/conda-meta/faiss.json", R"({"name": "faiss-cpu", "version": "1.7.4", "channel": "conda-forge"})", "Conda/faiss-cpu@1.7.4 indirect "},
    {"pixi.lock", "version: 6\nenvironments: {}\npackages:\n- conda: https://conda.anaconda.org/conda-forge/linux-64/numpy-base-2.1.0-py312h1_0.conda\n  sha256: ab\n- conda: https://conda.anaconda.org/conda-forge/osx-64/numpy-base-2.1.0-py312h2_0.conda\n"
     "- kind: conda\n  name: zlib\n  version: 1.3.1\n  url: https://x.example/linux-64/zlib-1.3.1-h_1.conda\n- pypi: https://files.example/torch-2.1.0.whl\n  name: torch\n  version: 2.1.0\n- pypi: ./\n  name: own\n  version: 0.1.0\n- conda: https://x.example/odd.conda\n",
     "Conda/numpy-base@2.1.0 indirect Conda/zlib@1.3.1 indirect PyPI/torch@2.1.0 indirect "},
    {"conda-lock.yml", "version: 1\npackage:\n- name: faiss-cpu\n  version: 1.7.4\n  manager: conda\n  platform: linux-64\n  hash: {md5: a}\n  category: main\n- name: faiss-cpu\n  version: 1.7.4\n  manager: conda\n  platform: osx-64\n"
     "- name: pytest\n  version: 8.0.0\n  manager: pip\n  category: dev\n",
     "Conda/faiss-cpu@1.7.4 indirect PyPI/pytest@8.0.0 dev indirect "},
    {"env/conda-linux-64.lock", "# pip torch @ https://f.example/torch-2.1.0-py3-none-any.whl --hash=sha256:ab\n@EXPLICIT\nhttps://conda.example/conda-forge/linux-64/numpy-base-2.1.0-py312h1_0.conda#ab\n"
     "# pip torch @ https://f.example/torch-2.1.0-py3-none-any.whl --hash=sha256:ab\n# https://conda.example/a-1-0.conda\n",
     "Conda/numpy-base@2.1.0 indirect PyPI/torch@2.1.0 indirect "},
    {"Pipfile.lock", R"({"_meta": {}, "default": {"torch": {"version": "==2.1.0", "index": "pypi"}, "click": "==6.7"}, "develop": {"own": {"path": "."}}})", "PyPI/torch@2.1.0 PyPI/click@6.7 indirect "},
    {"deno.lock", R"({"version": "5", "specifiers": {}, "jsr": {"@std/path@1.1.4": {"integrity": "ab"}}, "npm": {"openai@4.20.0_zod@3.23.8": {"integrity": "sha512-x"}, "openai@4.20.0_zod@3.24.1": {}, "@x/y@1.0.0": {"scripts": true}},
      "workspace": {"dependencies": ["npm:openai@^4.20"], "members": {"a": {"packageJson": {"dependencies": ["npm:@x/y@1"]}}}}})",
     "npm/openai@4.20.0 npm/@x/y@1.0.0 JSR/@std/path@1.1.4 indirect "},
    {"deno.lock", R"({"version": "3", "packages": {"specifiers": {}, "npm": {"ms@2.1.3": {"integrity": "sha512-x"}}}, "remote": {"https://deno.land/x/a.ts": "ab"}})", "npm/ms@2.1.3 indirect "},
    {"pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  resolve@2.0.0-next.5: {resolution: {integrity: sha512-x}}\n  '@babel/preset-modules@0.1.6-no-external-plugins': {resolution: {integrity: sha512-y}}\n",
     "npm/resolve@2.0.0-next.5 indirect npm/@babel/preset-modules@0.1.6-no-external-plugins indirect "},
    {"bun.lock", R"({"workspaces": {"": {"dependencies": {"openai": "^4"}, "devDependencies": {"vite": "5"}}}, "packages": {
      "openai": ["openai@4.20.0", "", {}, "sha512-x"], "vite": ["vite@5.0.0", "", {}, "sha512-y"], "vite/ms": ["ms@2.1.3", "", {}], "own": ["own@workspace:pkg"], "fork": ["ms@github:a/ms#abc", {}],}})",
     "npm/openai@4.20.0 npm/vite@5.0.0 dev npm/ms@2.1.3 indirect npm/ms@ indirect "},
    {"Cargo.toml", "[dependencies]\ntch = \"0.14\"\ncandle = { version = \"=0.3.1\", package = \"candle-core\" }\nown = { path = \"own\" }\n[dev-dependencies]\nproptest = \"1\"\n[target.'cfg(unix)'.dependencies]\nlibc = \"0.2\"\n",
     "crates.io/tch@ crates.io/candle-core@0.3.1 crates.io/proptest@ dev crates.io/libc@ "},
    {"a/pom.xml", "<project><properties><v>1.0.0</v></properties><version>9</version><dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>managed</artifactId><version>${v}</version></dependency></dependencies></dependencyManagement>"
     "<dependencies><dependency><groupId>dev.langchain4j</groupId><artifactId>core</artifactId><version>${v}</version></dependency><dependency><groupId>g</groupId><artifactId>managed</artifactId></dependency>"
     "<dependency><groupId>g</groupId><artifactId>range</artifactId><version>[1,2)</version></dependency><dependency><groupId>g</groupId><artifactId>loop</artifactId><version>${unknown}</version></dependency>"
     "<dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.12</version><scope>test</scope></dependency></dependencies></project>",
     "Maven/dev.langchain4j:core@1.0.0 Maven/g:managed@1.0.0 Maven/g:range@ Maven/g:loop@ Maven/junit:junit@4.12 dev "},
    {"gradle.lockfile", "# c\norg.springframework.ai:spring-ai-core:1.0.0=runtimeClasspath,testRuntimeClasspath\norg.mockito:mockito:5.0=testCompileClasspath\nbroken:line=x\nempty=annotationProcessor\n",
     "Maven/org.springframework.ai:spring-ai-core@1.0.0 indirect Maven/org.mockito:mockito@5.0 dev indirect "},
    {"gradle/verification-metadata.xml", "<verification-metadata><components><component group=\"g\" name=\"a\" version=\"1\"/><component group=\"g\" name=\"b\"/></components></verification-metadata>", "Maven/g:a@1 indirect "},
    {"gradle/libs.versions.toml", "[versions]\nai = \"1.2\"\n[libraries]\na = \"g:a:1.0\"\nb = { module = \"g:b\", version.ref = \"ai\" }\nc = { group = \"g\", name = \"c\", version = { strictly = \"[1,2)\" } }\n[plugins]\nd = { id = \"org.d\", version.ref = \"ai\" }\ne = \"org.e:2.0\"\nown = \"own\"\n",
     "Maven/g:a@1.0 Maven/g:b@1.2 Maven/g:c@ Maven/org.d:org.d.gradle.plugin@1.2 dev Maven/org.e:org.e.gradle.plugin@2.0 dev "},
    {"packages.lock.json", R"({"dependencies": {"net8.0": {"Microsoft.SemanticKernel": {"type": "Direct", "resolved": "1.0.1", "contentHash": "x"}, "Own": {"type": "Project"}, "Low": {"type": "Transitive", "resolved": "2.0"}}}})",
     "NuGet/Microsoft.SemanticKernel@1.0.1 NuGet/Low@2.0 indirect "},
    {"bin/app.deps.json", R"({"libraries": {"app/1.0": {"type": "project"}, "Low/2.0": {"type": "package", "sha512": "x"}}})", "NuGet/Low@2.0 indirect "},
    {"packages.config", "<packages><package id=\"A\" version=\"1.0\"/><package id=\"B\"/></packages>", "NuGet/A@1.0 "},
    {"src/App.csproj", "<Project><ItemGroup><PackageReference Include=\"A\" Version=\"1.0\"/><PackageReference Include=\"B\"><Version>2.*</Version></PackageReference><Compile Include=\"x.cs\"/></ItemGroup></Project>", "NuGet/A@1.0 NuGet/B@ "},
    {"Gemfile.lock", "GIT\n  remote: https://git.example/x.git\n  specs:\n    forked (1.0)\n\nPATH\n  remote: .\n  specs:\n    own (0.1)\n\nGEM\n  remote: https://rubygems.org/\n  specs:\n    nokogiri (1.15.0-x86_64-linux)\n      racc (~> 1.4)\n    racc (1.7)\n\nDEPENDENCIES\n  nokogiri\n  forked!\n",
     "RubyGems/forked@1.0 RubyGems/nokogiri@1.15.0 RubyGems/racc@1.7 indirect "},
    {"composer.lock", R"({"packages": [{"name": "openai-php/client", "version": "v0.8.0"}], "packages-dev": [{"name": "phpunit/phpunit", "version": "10.0"}]})", "Packagist/openai-php/client@0.8.0 indirect Packagist/phpunit/phpunit@10.0 dev indirect "},
    {"pubspec.lock", "packages:\n  http:\n    dependency: \"direct main\"\n    source: hosted\n    version: \"1.0.0\"\n  own:\n    source: path\n    version: \"0.1.0\"\n", "Pub/http@1.0.0 "},
    {"mix.lock", "%{\n  \"req\": {:hex, :req, \"0.4.0\", \"abc\", [:mix], [], \"hexpm\", \"def\"},\n  \"eini\": {:hex, :eini_beam, \"2.2.4\", \"abc\", [:rebar3], [], \"hexpm\", \"def\"},\n  \"x\": {:git, \"https://git.example/x\", \"abc\", []},\n}\n", "Hex/req@0.4.0 indirect Hex/eini_beam@2.2.4 indirect Hex/x@ indirect "},
    {"cabal.project.freeze", "constraints: any.aeson ==2.1,\n             own ==1.0,\n -- any.no ==1\n", "Hackage/aeson@2.1 indirect "},
    {"stack.yaml.lock", "packages:\n- completed:\n    hackage: aeson-2.1@sha256:x,1\n", "Hackage/aeson@2.1 indirect "},
    {"renv.lock", R"({"Packages": {"torch": {"Package": "torch", "Version": "0.11", "Source": "Repository", "Repository": "CRAN"}, "own": {"Package": "own", "Version": "1"}}})", "CRAN/torch@0.11 indirect "},
    {"conan.lock", R"({"version": "0.5", "requires": ["onnx/1.14#r%1"], "build_requires": ["cmake/3.27"]})", "ConanCenter/onnx@1.14 indirect ConanCenter/cmake@3.27 dev indirect "},
    {"Package.resolved", R"({"pins": [{"location": "https://github.com/a/b.git", "state": {"version": "1.0", "revision": "x"}}]})", "SwiftURL/github.com/a/b@1.0 indirect "},
    {"Podfile.lock", "PODS:\n  - A (1.0):\n    - B\n  - B (2.0)\n", "CocoaPods/A@1.0 indirect CocoaPods/B@2.0 indirect "},
    {"var/lib/dpkg/status", "Package: curl\nStatus: install ok installed\nVersion: 7.88.1-10+deb12u5\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n", "Debian/curl@7.88.1-10+deb12u5 indirect "},
    {"lib/apk/db/installed", "C:Q1x\nP:musl\nV:1.2.4-r0\n\nP:broken\n", "Alpine/musl@1.2.4-r0 indirect "},
    {"var/lib/pacman/local/gawk-5.3/desc", "%NAME%\ngawk\n\n%VERSION%\n5.3.1-1\n", "Arch/gawk@5.3.1-1 indirect "},
    {".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: ./own\n      - uses: github/codeql-action/init@v3\n      - uses: docker://alpine:3\n  b:\n    uses: org/repo/.github/workflows/x.yml@main\n",
     "GitHub Actions/actions/checkout@v4 dev GitHub Actions/github/codeql-action@v3 dev GitHub Actions/org/repo@main dev "},
    {".vscode/extensions.json", R"({ // team
 "recommendations": ["github.copilot", "ms-python.python@2025.2.0", 7], "unwantedRecommendations": ["x.y"]})", "VSCode/github.copilot@ dev VSCode/ms-python.python@2025.2.0 dev "},
    {".devcontainer/devcontainer.json", R"({"customizations": {"vscode": {"extensions": ["a.b", "-c.d"]}}})", "VSCode/a.b@ dev "},
    {".vscode/extensions/extensions.json", R"([{"identifier": {"id": "ms-python.python"}, "version": "2025.2.0"}, {"version": "1"}])", "VSCode/ms-python.python@2025.2.0 "},
    {".tool-versions", "nodejs 20.1.0 system # x\npython 3.12\n", "runtime/nodejs@20.1.0 runtime/python@3.12 "},
    {"mise.toml", "[tools]\nnode = \"22\"\npython = [\"3.11\", \"3.12\"]\n", "runtime/node@22 runtime/python@3.11 runtime/python@3.12 "},
    {".nvmrc", "v20.1.0\n", "runtime/nodejs@20.1.0 "},
    {"app.cdx.json", R"({"bomFormat": "CycloneDX", "components": [{"type": "library", "name": "t", "version": "1", "purl": "pkg:pypi/torch@2.1.0", "components": [{"type": "library", "name": "inner", "version": "3"}]}, {"type": "file", "name": "x"}]})",
     "PyPI/torch@2.1.0 indirect SBOM/inner@3 indirect "},
    {"bom.xml", "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"><components><component type=\"library\"><name><![CDATA[a]]></name><version>1</version><purl>pkg:maven/g/a@1</purl></component></components></bom>", "Maven/g:a@1 indirect "},
    {"x.spdx.json", R"({"spdxVersion": "SPDX-2.3", "packages": [{"name": "a", "versionInfo": "1", "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:npm/%40scope/a@1"}]}]})", "npm/@scope/a@1 indirect "},
    {"x.spdx3.json", R"({"@graph": [{"type": "software_Package", "name": "a", "software_packageVersion": "1", "software_packageUrl": "pkg:deb/debian/a@1"}]})", "Debian/a@1 indirect "},
    {"x.spdx", "SPDXVersion: SPDX-2.3\nPackageName: a\nPackageVersion: 1\nExternalRef: PACKAGE-MANAGER purl pkg:pypi/a@1\n\nPackageName: b\n", "PyPI/a@1 indirect SBOM/b@ indirect "},
};

std::string text_of(const Manifest& manifest) {
  std::string text;
  for (const DeclaredPackage& p : manifest.packages) text += p.ecosystem + "/" + p.name + "@" + p.version + (p.development ? " dev" : "") + (p.direct ? "" : " indirect") + " ";
  return text;
}

TEST(Manifests, EveryFormatReadsItsSample) {
  for (const Sample& sample : kSamples) {
    const LockfileFormat* format = lockfile_format(sample.path);
    ASSERT_NE(format, nullptr) << sample.path;
    auto manifest = format->read(sample.text, Limits{});
    ASSERT_TRUE(manifest) << sample.path << ": " << manifest.error().message();
    EXPECT_EQ(text_of(*manifest), sample.packages) << sample.path;
  }
}

TEST(Manifests, EveryTruncationEnds) {
  for (const Sample& sample : kSamples)
    for (std::size_t length = 0; length < std::string_view(sample.text).size(); ++length) (void)lockfile_format(sample.path)->read(std::string_view(sample.text).substr(0, length), Limits{});
}

TEST(Manifests, PathsChooseFormats) {
  for (const char* path : {"x/package.jsonc", "pom.xml.bak", "status", "dpkg/status.d", "workflows/ci.yml", "desc", ".deps.json"}) EXPECT_EQ(lockfile_format(path), nullptr) << path;
  EXPECT_EQ(lockfile_format("a/GEMFILE.LOCK"), lockfile_format("Gemfile.lock"));
}

TEST(Manifests, PropertiesThatNameEachOtherEnd) {
  auto manifest = parse_pom("<project><properties><a>${b}${b}</a><b>${a}${a}</b></properties><dependencies><dependency><groupId>g</groupId><artifactId>x</artifactId><version>${a}</version></dependency></dependencies></project>", Limits{});
  ASSERT_TRUE(manifest);
  EXPECT_EQ(text_of(*manifest), "Maven/g:x@ ");
}

TEST(XmlTree, LimitsAndBrokenNesting) {
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "<a>";
  EXPECT_FALSE(parse_xml(deep, Limits{}));
  EXPECT_FALSE(parse_xml("<a><b></a></b>", Limits{}));
  EXPECT_FALSE(parse_xml("", Limits{}));
  auto tree = parse_xml("<?xml version='1.0'?>\n<x:a k='1'>\n<b>t</b><!-- c --></x:a>", Limits{});
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->attribute("k"), "1");
  EXPECT_EQ(tree->child_text("b"), "t");
  EXPECT_EQ(tree->child("b")->line, 3U);
}

TEST(PackageUrl, ThereAndBack) {
  for (const auto& [ecosystem, name, version, url] : {std::array{"PyPI", "torch", "2.5.1+cu121", "pkg:pypi/torch@2.5.1%2Bcu121"}, {"npm", "@scope/a", "1.0", "pkg:npm/%40scope/a@1.0"},
                                                      {"Maven", "g.h:a", "1.0", "pkg:maven/g.h/a@1.0"}, {"Debian", "curl", "1:2~3", "pkg:deb/debian/curl@1:2~3"}, {"Go", "github.com/a/b", "0.1.0", "pkg:golang/github.com/a/b@0.1.0"},
                                                      {"crates.io", "tch", "", "pkg:cargo/tch"}, {"Packagist", "a/b", "1", "pkg:composer/a/b@1"}}) {
    EXPECT_EQ(package_url(ecosystem, name, version), url);
    DeclaredPackage package;
    ASSERT_TRUE(read_package_url(url, package)) << url;
    EXPECT_EQ(package.ecosystem + " " + package.name + " " + package.version, std::string(ecosystem) + " " + name + " " + version);
  }
  DeclaredPackage package;
  for (const char* odd : {"", "pkg:", "pkg:pypi", "pkg:pypi/", "pkg:nothing/a", "http://x", "pkg:pypi/%"}) (void)read_package_url(odd, package);
  EXPECT_FALSE(read_package_url("pkg:nothing/a@1", package));
}

}  // namespace
}  // namespace stormwatch::format
