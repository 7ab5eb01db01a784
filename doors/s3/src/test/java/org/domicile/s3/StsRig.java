package org.domicile.s3;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.domicile.policy.Credential;
import org.domicile.policy.Permissions;
import org.domicile.policy.Role;
import org.domicile.policy.Target;

/** An installation with roles, and a client of its two services on one listener. */
final class StsRig implements AutoCloseable {
    static final String EVERYTHING =
            "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}";
    static final String READING =
            "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::data/*\"}}";

    final Installation installation;
    final String principal;
    final String purpose;

    /** Who signs. @param token empty without a session */
    record Signing(Signer.Pair pair, String token) {}

    StsRig(Path folder) throws IOException {
        installation = new Installation(folder);
        Credential credential =
                Objects.requireNonNull(
                        installation
                                .administration()
                                .register()
                                .credentials()
                                .get(installation.key));
        principal = credential.principal();
        purpose = credential.purpose();
    }

    Signing first() {
        return new Signing(installation.pair(), "");
    }

    Instant now() {
        return Instant.now().plusSeconds(installation.ahead.get());
    }

    /** A role of the first organisation that the first principal may assume. */
    Role role(String name, String permissions) {
        return installation
                .administration()
                .createRole(
                        wanted(name, permissions, List.of(principal), "", List.of(), List.of()));
    }

    /** A role that tokens of an issuer may assume. */
    Role roleFor(String name, String issuer, String audience, String subject) {
        return installation
                .administration()
                .createRole(
                        wanted(
                                name,
                                EVERYTHING,
                                List.of(),
                                "main/" + issuer,
                                List.of(audience),
                                List.of(subject)));
    }

    private Role wanted(
            String name,
            String permissions,
            List<String> principals,
            String issuer,
            List<String> audiences,
            List<String> subjects) {
        return new Role(
                "main",
                name,
                "",
                purpose,
                principals,
                issuer,
                audiences,
                subjects,
                new Permissions(Permissions.Language.IAM, permissions),
                Duration.ofHours(2),
                Instant.EPOCH,
                false);
    }

    Target target(String name, String url, String... networks) {
        return installation
                .administration()
                .createTarget(
                        new Target(
                                "main",
                                name,
                                url,
                                "home",
                                List.of(networks),
                                Instant.EPOCH,
                                false));
    }

    /** A form. @param parameters names and values in turn */
    static byte[] form(String... parameters) {
        StringBuilder form = new StringBuilder("Version=2011-06-15");
        for (int i = 0; i < parameters.length; i += 2) {
            form.append('&')
                    .append(parameters[i])
                    .append('=')
                    .append(URLEncoder.encode(parameters[i + 1], StandardCharsets.UTF_8));
        }
        return form.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** A signed form, posted. */
    Client.Reply sts(Signing who, String... parameters) throws IOException {
        Sent sent =
                Sent.of("POST", "/", "", form(parameters))
                        .with("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        return send(Signer.signForm(tokened(sent, who), "home", now(), who.pair()));
    }

    /** The same without a signature. */
    Client.Reply unsigned(String... parameters) throws IOException {
        return send(
                Sent.of("POST", "/", "", form(parameters))
                        .with("Content-Type", "application/x-www-form-urlencoded"));
    }

    /** A signed request of S3. */
    Client.Reply s3(Signing who, String method, String path, byte[] body) throws IOException {
        Sent sent = tokened(Sent.of(method, path, "", body).with("Host", "localhost"), who);
        return send(Signer.sign(sent, "home", Signer.sha256(body), now(), who.pair()));
    }

    private static Sent tokened(Sent sent, Signing who) {
        return who.token().isEmpty() ? sent : sent.with("X-Amz-Security-Token", who.token());
    }

    Client.Reply send(Sent sent) throws IOException {
        List<String> fields = new ArrayList<>();
        sent.fields().forEach(each -> fields.add(each[0] + ": " + each[1]));
        String target = sent.rawPath() + (sent.rawQuery().isEmpty() ? "" : "?" + sent.rawQuery());
        try (Client client = installation.signing()) {
            return client.call(sent.method(), target, sent.bytes(), fields.toArray(String[]::new));
        }
    }

    Client.Reply assume(Signing who, String role, String... more) throws IOException {
        List<String> parameters =
                new ArrayList<>(
                        List.of(
                                "Action",
                                "AssumeRole",
                                "RoleArn",
                                "arn:aws:iam::main:role/" + role,
                                "RoleSessionName",
                                "tester"));
        parameters.addAll(List.of(more));
        return sts(who, parameters.toArray(String[]::new));
    }

    /** What an answer gives. */
    static Signing signing(Client.Reply reply) {
        if (reply.status() != 200) {
            throw new AssertionError(reply.status() + " " + reply.text());
        }
        return new Signing(
                new Signer.Pair(reply.element("AccessKeyId"), reply.element("SecretAccessKey")),
                reply.element("SessionToken"));
    }

    @Override
    public void close() {
        installation.close();
    }
}
