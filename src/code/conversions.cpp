// SPDX-License-Identifier: Apache-2.0
#include "code/conversions.h"

#include <unordered_set>

namespace stormwatch::code {

bool stops(std::string_view name) {
  static const std::unordered_set<std::string_view> known{"int", "float", "bool", "len", "hash", "id", "isinstance", "type", "ord", "round", "abs", "shlex.quote", "pipes.quote", "html.escape",
    "markupsafe.escape", "bleach.clean", "werkzeug.utils.secure_filename", "os.path.basename", "path.basename", "uuid.UUID", "uuid.uuid4", "hashlib.sha256", "hashlib.md5", "hashlib.sha1", "Number", "parseInt", "parseFloat",
    "encodeURIComponent", "urllib.parse.quote", "urllib.parse.quote_plus", "urllib.parse.urlencode", "os.path.exists", "os.path.isfile", "os.path.isdir", "re.escape", "any", "all", "sum", "hasattr", "Boolean", "DOMPurify.sanitize",
    "datetime.datetime.fromisoformat", "datetime.datetime.strptime", "ipaddress.ip_address", "psycopg2.sql.Identifier", "tempfile.NamedTemporaryFile", "tempfile.mkstemp", "tempfile.mkdtemp", "tempfile.TemporaryDirectory"};
  return known.contains(name);
}
bool says_clean(std::string_view name) {
  const std::string word = lower(last_of(name));
  if (one_of(word, {"check_output", "check_call", "safe_load", "checkpoint", "checkout"})) return false;
  return holds(word, {"sanit", "validat", "escape", "quote", "clean", "safe", "check", "verify", "allowed", "whitelist", "allowlist", "restrict", "normalize_path", "within"}) && !holds(word, {"unsafe"});
}
bool passes(std::string_view name) {
  static const std::unordered_set<std::string_view> known{"str", "repr", "bytes", "bytearray", "dict", "list", "tuple", "set", "sorted", "reversed", "enumerate", "zip", "map", "filter", "iter", "next", "format", "json.loads", "json.dumps",
    "json.load", "ast.literal_eval", "yaml.safe_load", "os.path.join", "os.path.abspath", "os.path.expanduser", "os.path.realpath", "os.path.normpath", "os.path.dirname", "pathlib.Path", "textwrap.dedent", "re.sub", "re.search", "re.match", "re.findall",
    "re.fullmatch", "shlex.split", "base64.b64decode", "base64.b64encode", "base64.urlsafe_b64decode", "base64.urlsafe_b64encode", "bytes.fromhex", "binascii.unhexlify", "binascii.hexlify", "zlib.decompress", "zlib.compress", "gzip.decompress", "codecs.decode", "codecs.encode",
    "urllib.parse.unquote", "urllib.parse.urljoin", "html.unescape", "copy.copy", "copy.deepcopy", "io.StringIO", "io.BytesIO", "io.TextIOWrapper", "vars", "getattr", "compile", "ast.parse", "JSON.parse", "JSON.stringify", "String", "Buffer.from",
    "path.join", "path.resolve", "Array.from", "Object.entries", "Object.values", "Object.assign", "decodeURIComponent", "URL", "asyncio.run", "asyncio.gather", "asyncio.to_thread", "asyncio.wait_for", "max", "min", "itertools.chain", "functools.partial",
    "marshal.loads", "pickle.dumps", "atob", "btoa", "util.format", "typing.cast", "sqlalchemy.text", "bs4.BeautifulSoup", "markdown.markdown", "email.message_from_bytes", "email.message_from_string"};
  if (known.contains(name)) return true;
  const auto last = last_of(name);
  return !last.empty() && last[0] >= 'A' && last[0] <= 'Z';
}
bool leaves_only_numbers(std::string_view pattern, std::string_view replacement) {
  constexpr std::string_view kHarmless = "0123456789+-*/().,% ^";
  if (!pattern.starts_with("[^") || replacement.find_first_not_of(kHarmless) != std::string_view::npos) return false;
  pattern.remove_prefix(2);
  if (pattern.ends_with('+') || pattern.ends_with('*')) pattern.remove_suffix(1);
  if (!pattern.ends_with(']')) return false;
  pattern.remove_suffix(1);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (i > 0 && i + 1 < pattern.size() && pattern[i] == '-' && !(pattern[i - 1] == '0' && pattern[i + 1] == '9') && pattern[i - 1] != '\\') return false;  // a range of other characters
    if (pattern[i] != '\\') {
      if (!holds(kHarmless, pattern.substr(i, 1))) return false;
    } else if (++i == pattern.size() || (pattern[i] != 'd' && pattern[i] != 's' && !holds(kHarmless, pattern.substr(i, 1)))) {
      return false;
    }
  }
  return true;
}
bool decodes(std::string_view name) {
  return one_of(name, {"base64.b64decode", "base64.urlsafe_b64decode", "base64.b85decode", "base64.b32decode", "bytes.fromhex", "binascii.unhexlify", "zlib.decompress", "gzip.decompress", "codecs.decode", "marshal.loads", "atob", "bz2.decompress", "lzma.decompress", "String.fromCharCode"});
}

}  // namespace stormwatch::code
