#include "tls_servers.hpp"

/// Who is let in over TLS, whom the client trusts, and what it says of those it does not trust.
namespace {

using namespace duet::test;
using duet::ConnectionError;
using duet::testing::TlsFiles;

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

template <class Mode>
class Tls : public ::testing::Test {
protected:
    using Db = duet::BasicDatabase<Mode>;

    template <class T = std::string>
    static T ask(const std::string& url, std::string_view sql) {
        Db db{url};
        return got(db.sql(duet::runtime(sql)).template scalar<T>());
    }
    /// What is said when no connection comes about.
    static std::string refusal(const std::string& url) {
        Db db{url};
        std::string said =
            thrown<ConnectionError>([&] { return db.sql("SELECT 1").template scalar<int>(); }).what();
        EXPECT_FALSE(says(said, secret)) << said;
        return said;
    }
    static constexpr const char* secret = "s3cret-w0rd";
};

template <class Mode>
class PostgresTls : public Tls<Mode> {
protected:
    static std::string url(const std::string& options, const std::string& user = "duet",
                           const std::string& database = "duet", const std::string& host = "127.0.0.1") {
        return "postgresql://" + user + '@' + host + ':' + std::to_string(tls_postgres().port()) + '/' +
               database + '?' + options;
    }
    static const TlsFiles& files() { return tls_postgres().tls(); }
    static std::string authority() { return "&sslrootcert=" + files().authority.string(); }
    static bool encrypted(const std::string& url) {
        return Tls<Mode>::template ask<bool>(url, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    }
};
TYPED_TEST_SUITE(PostgresTls, Modes, ModeNames);

TYPED_TEST(PostgresTls, EncryptsAsSslmodeSays) {
    EXPECT_FALSE(this->encrypted(this->url("sslmode=disable")));
    EXPECT_TRUE(this->encrypted(this->url("")));  // libpq's own default: as long as the server can
    EXPECT_TRUE(this->encrypted(this->url("sslmode=require")));
    EXPECT_TRUE(this->encrypted(this->url("ssl=true")));
    EXPECT_TRUE(this->encrypted(this->url("sslmode=verify-ca" + this->authority())));
    EXPECT_TRUE(this->encrypted(this->url("sslmode=verify-full" + this->authority())));
    EXPECT_TRUE(
        this->encrypted(this->url("sslmode=verify-full" + this->authority(), "duet", "duet", "localhost")));
}

TYPED_TEST(PostgresTls, DoesNotTrustAServerWhoseAuthorityIsUnknown) {
    const OtherAuthority other;
    const std::string wrong = "&sslrootcert=" + other.certificate();
    for (const char* const mode : {"sslmode=verify-ca", "sslmode=verify-full"}) {
        const std::string said = this->refusal(this->url(mode + wrong, "duet:s3cret-w0rd"));
        EXPECT_TRUE(says(said, "not signed by one of sslrootcert")) << said;
    }
    // With an authority at hand, libpq looks at the certificate even where nobody demanded that.
    EXPECT_TRUE(says(this->refusal(this->url("sslmode=require" + wrong)), "not signed by"));
    const std::string none = this->refusal(this->url("sslmode=verify-full&sslrootcert=/nowhere/ca.pem"));
    EXPECT_TRUE(says(none, "/nowhere/ca.pem")) << none;
}

TYPED_TEST(PostgresTls, DoesNotTakeAnotherHostsCertificate) {
    const std::string options = this->authority() + "&hostaddr=127.0.0.1";
    const std::string said =
        this->refusal(this->url("sslmode=verify-full" + options, "duet:s3cret-w0rd", "duet", "db.example"));
    EXPECT_TRUE(says(said, "does not match host name \"db.example\"")) << said;
    EXPECT_TRUE(says(said, "sslmode=verify-full")) << said;
    EXPECT_TRUE(this->encrypted(this->url("sslmode=verify-ca" + options, "duet", "duet", "db.example")));
}

TYPED_TEST(PostgresTls, SaysThatTheServerDemandsOrLacksEncryption) {
    const std::string plain = this->refusal(this->url("sslmode=disable", "duet", "encrypted"));
    EXPECT_TRUE(says(plain, "no encryption")) << plain;
    EXPECT_TRUE(says(plain, "sslmode=require")) << plain;
    EXPECT_TRUE(this->encrypted(this->url("", "duet", "encrypted")));

    const ServerDatabase without(Server::postgres);
    const std::string said = this->refusal(without.url() + "?sslmode=require");
    EXPECT_TRUE(says(said, "the URL demands TLS (sslmode)")) << said;
}

TYPED_TEST(PostgresTls, ShowsAClientsCertificateToTheServer) {
    tls_postgres().ask(
        "DO $$ BEGIN CREATE ROLE certified LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
    const std::string certified = this->url(
        "sslmode=verify-full" + this->authority() + client_files(this->files(), "sslcert", "sslkey"),
        "certified");
    EXPECT_EQ(this->ask(certified, "SELECT client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()"),
              "/CN=duet");
    const std::string bare = this->refusal(this->url("sslmode=require", "certified"));
    EXPECT_TRUE(says(bare, "certificate")) << bare;
    const std::string keyless = this->refusal(
        this->url("sslmode=require&sslcert=" + this->files().certificate.string(), "certified"));
    EXPECT_TRUE(says(keyless, "key")) << keyless;
}

TYPED_TEST(PostgresTls, SendsPasswordsThroughIt) {
    tls_postgres().ask(
        "DO $$ BEGIN CREATE ROLE locked LOGIN PASSWORD 's3cret-w0rd'; "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $$");
    const std::string options = "sslmode=verify-full&channel_binding=require" + this->authority();
    EXPECT_TRUE(this->encrypted(this->url(options, "locked:s3cret-w0rd")));
    const std::string said = this->refusal(this->url(options, "locked:s3cret-w0rd2"));
    EXPECT_TRUE(says(said, "password authentication failed")) << said;
}

template <class Mode>
class MariaDbTls : public Tls<Mode> {
protected:
    static std::string url(const std::string& options, const std::string& user = "duet:secret",
                           const std::string& host = "127.0.0.1") {
        return "mariadb://" + user + '@' + host + ':' + std::to_string(tls_mariadb().port()) + "/duet?" +
               options;
    }
    static const TlsFiles& files() { return tls_mariadb().tls(); }
    static std::string authority() { return "&ssl_ca=" + files().authority.string(); }
    static bool encrypted(const std::string& url) {
        return !Tls<Mode>::ask(url,
                               "SELECT variable_value FROM information_schema.session_status"
                               " WHERE variable_name = 'SSL_CIPHER'")
                    .empty();
    }
};
TYPED_TEST_SUITE(MariaDbTls, Modes, ModeNames);

TYPED_TEST(MariaDbTls, EncryptsAsTheUrlSays) {
    EXPECT_FALSE(this->encrypted(this->url("")));
    EXPECT_FALSE(this->encrypted(this->url("ssl=false")));
    EXPECT_TRUE(this->encrypted(this->url("ssl=true")));
    EXPECT_TRUE(this->encrypted(this->url(this->authority())));
    EXPECT_TRUE(this->encrypted(this->url("ssl_verify=true" + this->authority())));
    EXPECT_TRUE(
        this->encrypted(this->url("ssl_verify=true" + this->authority(), "duet:secret", "localhost")));
}

TYPED_TEST(MariaDbTls, DoesNotTrustAServerWhoseAuthorityIsUnknown) {
    const OtherAuthority other;
    const std::string wrong = "ssl_ca=" + other.certificate();
    for (const char* const verify : {"", "&ssl_verify=true", "&ssl_verify=false"}) {
        const std::string said = this->refusal(this->url(wrong + verify, "duet:s3cret-w0rd"));
        EXPECT_TRUE(says(said, "not signed by one of ssl_ca")) << said;
    }
    const std::string unknown = this->refusal(this->url("ssl_verify=true", "duet:s3cret-w0rd"));
    EXPECT_TRUE(says(unknown, "ssl_ca")) << unknown;
    const std::string none = this->refusal(this->url("ssl_ca=/nowhere/ca.pem"));
    EXPECT_TRUE(says(none, "ssl_ca")) << none;
}

TYPED_TEST(MariaDbTls, DoesNotTakeAnotherHostsCertificate) {
    const std::string elsewhere = "127.0.0.2";
    const std::string said =
        this->refusal(this->url("ssl_verify=true" + this->authority(), "duet:s3cret-w0rd", elsewhere));
    EXPECT_TRUE(says(said, "ssl_verify")) << said;
    EXPECT_TRUE(says(said, elsewhere)) << said;
    EXPECT_TRUE(this->encrypted(this->url(this->authority(), "duet:secret", elsewhere)));
}

TYPED_TEST(MariaDbTls, SaysThatTheServerDemandsOrLacksEncryption) {
    tls_mariadb().ask("CREATE USER IF NOT EXISTS careful@'%' IDENTIFIED BY 's3cret-w0rd' REQUIRE SSL");
    tls_mariadb().ask("GRANT ALL ON duet.* TO careful@'%'");
    EXPECT_TRUE(this->encrypted(this->url("ssl=true", "careful:s3cret-w0rd")));
    const std::string plain = this->refusal(this->url("", "careful:s3cret-w0rd"));
    EXPECT_TRUE(says(plain, "refuses the user")) << plain;
    EXPECT_TRUE(says(plain, "ssl=true")) << plain;

    const ServerDatabase without(Server::mariadb);
    const std::string said = this->refusal(without.url() + "?ssl=true");
    EXPECT_TRUE(says(said, "does not support")) << said;
}

TYPED_TEST(MariaDbTls, ShowsAClientsCertificateToTheServer) {
    tls_mariadb().ask("CREATE USER IF NOT EXISTS certified@'%' IDENTIFIED BY 's3cret-w0rd' REQUIRE X509");
    tls_mariadb().ask("GRANT ALL ON duet.* TO certified@'%'");
    const std::string user = "certified:s3cret-w0rd";
    EXPECT_TRUE(this->encrypted(this->url(
        "ssl_verify=true" + this->authority() + client_files(this->files(), "ssl_cert", "ssl_key"), user)));
    const std::string bare = this->refusal(this->url("ssl=true", user));
    EXPECT_TRUE(says(bare, "refuses the user")) << bare;
    const std::string none = this->refusal(this->url("ssl_cert=/nowhere/client.pem", user));
    EXPECT_TRUE(says(none, "ssl_cert")) << none;
}

}  // namespace
