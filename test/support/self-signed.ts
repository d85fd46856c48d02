/**
 * A certificate that no client should trust: signed by itself, for another name, and expired in the year that it was made
 * (openssl req -x509 -newkey ec -days 1 -subj /CN=wrong.example). Its key protects nothing.
 */
export const selfSigned = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgiCm5TVelmrwGlbri
DOY4Pubb4yUMi7QuqJVIT7zzO62hRANCAAQWu3ILAVFbpYV47rOgHzrOPT1UDS5z
IgSMdBkRvPa/cOCOB2bL1TpR4PGNXfN8VCdtrt6vXazpfb4/I+926N/0
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBhTCCASugAwIBAgIUf2C72falpACwVhbJiDymxJm7KM4wCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNd3JvbmcuZXhhbXBsZTAeFw0yNjExMjYwODE2NDlaFw0yNjEx
MjcwODE2NDlaMBgxFjAUBgNVBAMMDXdyb25nLmV4YW1wbGUwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQWu3ILAVFbpYV47rOgHzrOPT1UDS5zIgSMdBkRvPa/cOCO
B2bL1TpR4PGNXfN8VCdtrt6vXazpfb4/I+926N/0o1MwUTAdBgNVHQ4EFgQUn9xR
D5SkbF/30NfBPPJaC7/hUi8wHwYDVR0jBBgwFoAUn9xRD5SkbF/30NfBPPJaC7/h
Ui8wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAMv9g7jZ2B0YlI
TUqk9cPtNNp9i9/HJVYD54QoIPpFHgIhALg6PVLBQUPZKS+GDw/4QXDT/I3aNp9N
NSv4batXfiZh
-----END CERTIFICATE-----
`,
}
