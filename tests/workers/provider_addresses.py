"""Addresses that a call must not go to, in every notation and disguise; no two alike."""

# Refused whoever asks: metadata services, link-local, multicast, unspecified, odd and nobody's addresses.
NEVER = [
    *("169.254.169.254", "169.254.169.253", "169.254.170.2", "169.254.0.1", "168.63.129.16", "192.0.0.192"),
    *("100.100.100.200", "100.64.0.1", "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.250", "255.255.255.255"),
    *("240.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "fe80::1"),
    *("fe80::a9fe:a9fe", "ff02::1", "ff05::2", "::", "::2", "fec0::1", "fd00:ec2::254", "fd20:ce::254"),
    *("fd00:c1::a9fe:a9fe", "fd00:42::42", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::ffff:0.0.0.0"),
    *("::ffff:224.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::169.254.169.254", "64:ff9b::0.0.0.0", "64:ff9b:1::7f00:1"),
    *("64:ff9b:1::808:808", "::127.0.0.1", "::169.254.169.254", "::ffff:0:127.0.0.1", "2002:7f00:1::"),
    *("2002:a9fe:a9fe::1", "2001:0:7f00:1::", "2001:db8::1", "3fff::1", "100::1", "4000::1", "5f00::1", "e000::1"),
]
LOCAL = [
    *("127.0.0.1", "127.8.9.10", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.0.1", "::1"),
    *("fc00::1", "fd12:3456:789a::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:192.168.1.1"),
    *("64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "0:0:0:0:0:ffff:127.0.0.1", "0:0:0:0:0:0:0:1"),
]
# An IPv4 address in another notation: loopback, private and metadata, in decimal, octal, hexadecimal and short.
NUMBERS = [
    *("2130706433", "017700000001", "0x7f000001", "0X7F000001", "127.1", "127.0.1", "0177.0.0.1", "0177.1", "0x7f.1"),
    *("0x7f.0.0.1", "127.0.0.0x1", "127.0x1", "127.0.0.1.", "2130706433.", "0", "00", "0x0", "0.0", "4294967295"),
    *("2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "025177524776", "169.254.43518", "169.16689662"),
    *("0xa9.0xfe.0xa9.0xfe", "3232235777", "0xc0a80101", "0300.0250.1.1", "10.1", "012.1", "167772161", "1.1.1.1.1"),
    *("127.0.0.256", "127.000.000.001", "127.0.0.01", "99999999999", "-1", "+127.0.0.1"),
]
# Other characters and escapes for the same, and names that only look public.
TRICKS = [
    *(
        "①②⑦.⓪.⓪.①",
        "⑯⑨｡②⑤④｡⑯⑨｡②⑤④",
        "１２７.0.0.1",
        "127。0。0。1",
        "127｡0｡0｡1",
        "١٢٧.٠.٠.١",
        "127．0．0．1",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    ),
    *("127%2e0.0.1", "%31%32%37.0.0.1", "l%6fcalhost", "localhost%00.example.com", "127.0.0.1%23.example.com"),
    *("example.com%40127.0.0.1", "127.0.0.1%20", "loc\u00adalhost", "loc\u200dalhost", "loc\u2060alhost", "..", "."),
    *("[::1%25lo]", "[fe80::1%25eth0]", "[fe80::1%eth0]", "[::1]%00", "[127.0.0.1]", "[v1.fe80::a]", "[::1", "::1]"),
    *("[]", "[::ffff:0x7f000001]", "[::1].example.com", "127.0.0.1.nip.example", "a..b", "-", "_", "xn--"),
    "\ud800.example",
]
NAMES = [
    *("localhost", "LOCALHOST", "localhost.", "foo.localhost", "a.b.localhost.", "localhost.localdomain", "local"),
    *("ip6-localhost", "ip6-loopback", "metadata", "metadata.google.internal", "metadata.google.internal."),
    *("broadcasthost", "metadata.azure.internal", "instance-data", "instance-data.ec2.internal"),
    *("kubernetes.default.svc", "model.example", "rancher-metadata", "host.docker.internal", "spoofed.example"),
    *("xn--fsq.example", "мodel.example"),
]
# A whole address; {port} is a server that must not be reached.
WHOLE = [
    *("http://user@127.0.0.1:{port}/", "http://user:word@127.0.0.1:{port}/", "http://@127.0.0.1:{port}/"),
    *("http://1.1.1.1@127.0.0.1:{port}/", "http://1.1.1.1:80@127.0.0.1:{port}/"),
    *("http://1.1.1.1&@127.0.0.1:{port}#@a/", "http://1.1.1.1\\@127.0.0.1:{port}/"),
    *("http://127.0.0.1:{port}\\@1.1.1.1/", "http://127.0.0.1:{port}\\.example/", "http:\\\\127.0.0.1:{port}\\"),
    *("http:/\\127.0.0.1:{port}/", "\\\\127.0.0.1:{port}\\v1", "//127.0.0.1:{port}/v1", "http:127.0.0.1:{port}/"),
    *("http:/127.0.0.1:{port}/", "http:///127.0.0.1:{port}/", "http://:{port}/v1", "127.0.0.1:{port}"),
    *("http://127.0.0.1:{port}#@1.1.1.1/", "http://127.0.0.1:{port}?@1.1.1.1/", "http://1.1.1.1 @127.0.0.1:{port}/"),
    *("http://127.0.0.1\t:{port}/", "http://127.0.0.1\n:{port}/", "http://127.0.0.1\r\nHost: a:{port}/"),
    *("ht\ntp://127.0.0.1:{port}/", "http://127.0.0.1\x00.example.com:{port}/", "http://127.0.0.1:{port}:80/"),
    *("http://127.0.0.1:+{port}/", "http://1.1.1.1:0/v1", "http://1.1.1.1:65536/v1", "http://1.1.1.1:99999999999/v1"),
    *("http://1.1.1.1:-1/v1", "http://1.1.1.1:８０/v1", "http://1.1.1.1:0x50/v1", "http://1.1.1.1:٨٠/v1"),
    *("http://1.1.1.1:1e2/v1", "http://1.1.1.1: 80/v1", "http://[::1]x:{port}/", "ftp://127.0.0.1:{port}/"),
    *("gopher://127.0.0.1:{port}/_x", "file:///etc/passwd", "unix:///run/docker.sock", "dict://127.0.0.1:{port}/"),
    *("http+unix://%2Frun%2Fdocker.sock/v1", "ws://127.0.0.1:{port}/", "data:text/plain,x", "javascript:1"),
    *("ldap://127.0.0.1:{port}", "url:http://127.0.0.1:{port}/", " ", "", "http://", "https://", "http://?"),
    *("http://#", "http:///", "HTTP://127.0.0.1:{port}/", "https://example.com/v1?key=abc"),
    *("https://example.com/v1?API_KEY=abc", "https://example.com/v1?a=1&access_token=x"),
]
