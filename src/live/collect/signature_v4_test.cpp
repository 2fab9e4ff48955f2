// SPDX-License-Identifier: Apache-2.0
// The signature against the published test suite of AWS (awslabs/aws-c-auth, tests/aws-signing-test-suite/v4; keys and signatures are theirs).
#include "live/collect/signature_v4.h"

#include <gtest/gtest.h>

namespace stormwatch::live {
namespace {

struct Vector {
  std::string_view name, method, target, header, token, signature;
};
constexpr Vector kVectors[] = {
    {"get-vanilla", "GET", "/", "", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"get-vanilla-query-order-key-case", "GET", "/?Param2=value2&Param1=value1", "", "", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"get-vanilla-with-session-token", "GET", "/", "", "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267", "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"},
    {"get-utf8", "GET", "/\xe1\x88\xb4", "", "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
    {"get-space-unnormalized", "GET", "/example space/", "", "", "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
    {"get-vanilla-utf8-query", "GET", "/?\xe1\x88\xb4=bar", "", "", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    {"post-vanilla-query", "POST", "/?Param1=value1", "", "", "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
    {"get-unreserved", "GET", "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "", "", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"}};

HttpRequest signed_request(const Vector& vector, std::string body = {}) {
  HttpRequest request;
  request.method = vector.method;
  request.url = "https://example.amazonaws.com" + std::string(vector.target);
  request.body = std::move(body);
  const AwsKeys keys{"AKIDEXAMPLE", std::string("wJalrXUtnFEMI/K7MDENG+bPxRfiCY") + "EXAMPLEKEY", std::string(vector.token)};
  sign_v4(request, keys, {"us-east-1", "service", "20150830T123600Z"});
  return request;
}

TEST(SignatureV4, agrees_with_the_published_vectors) {
  for (const Vector& vector : kVectors) EXPECT_TRUE(signed_request(vector).headers.back().ends_with("Signature=" + std::string(vector.signature))) << vector.name << ": " << signed_request(vector).headers.back();
}

TEST(SignatureV4, a_body_and_its_headers_are_signed) {
  HttpRequest request;
  request.method = "POST";
  request.url = "https://example.amazonaws.com/";
  request.body = "Param1=value1";
  request.headers = {"Content-Type: application/x-www-form-urlencoded", "Content-Length: 13", "x-amz-content-sha256: 9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"};
  sign_v4(request, {"AKIDEXAMPLE", std::string("wJalrXUtnFEMI/K7MDENG+bPxRfiCY") + "EXAMPLEKEY", ""}, {"us-east-1", "service", "20150830T123600Z"});
  EXPECT_TRUE(request.headers.back().ends_with("Signature=d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b")) << request.headers.back();
}

TEST(SignatureV4, the_secret_is_in_no_header) {
  for (const std::string& header : signed_request(kVectors[0]).headers) EXPECT_EQ(header.find("wJalrXUtnFEMI"), std::string::npos);
}

}  // namespace
}  // namespace stormwatch::live
