package org.domicile.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.domicile.guard.Identity;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.request.Caller;

/**
 * Uploads that a browser sends as a form: who signed the form's policy, whether the policy allows
 * what the form says, and which request the form stands for (S3 API reference, "Authenticating
 * Requests: Browser-Based Uploads Using POST"). Safe for concurrent use.
 *
 * <p><b>Signatures.</b> A policy is signed as version 4 signs it, or as version 2 does (HMAC-SHA1
 * with the secret itself), which no other request may be: forms that were made years ago, and the
 * libraries that make them, know only that one, and what is signed is a document that says itself
 * what it allows and until when. A form without policy and signature is anonymous.
 */
final class Forms {
    private static final String TOKEN = "x-amz-security-token";

    /** IAM's word for version 2. */
    private static final String SECOND = "AWS";

    private static final Set<String> SIGNING =
            Set.of("policy", "awsaccesskeyid", "signature", "x-amz-signature", "x-amz-credential");

    /** Fields that no condition has to speak of. */
    private static final Set<String> FREE =
            Set.of("policy", "awsaccesskeyid", "signature", "x-amz-signature");

    /** Fields that say who signed, and nothing of the object. */
    private static final Set<String> NOT_OF_THE_OBJECT =
            Set.of("x-amz-signature", "x-amz-credential", "x-amz-algorithm", "x-amz-date", TOKEN);

    private final Identity identity;
    private final SignatureV4 signatures;
    private final String region;
    private final InstantSource clock;

    Forms(Identity identity, String region, InstantSource clock) {
        this.identity = identity;
        this.signatures = new SignatureV4(identity, SignatureV4.SERVICE, region, clock);
        this.region = region;
        this.clock = clock;
    }

    /**
     * A form as a request.
     *
     * @param asked with the object's name, when it could be read
     * @param fields what a PUT would say in its header
     * @param verdict who asks
     */
    record Read(Asked asked, Headers fields, Authentication.Verdict verdict) {}

    /** Reads a form up to its file. @param caller whom the request's header names */
    Read read(Exchange exchange, Asked asked, Caller caller) throws IOException {
        Asked named = asked;
        Optional<Caller.Known> claimed = Optional.empty();
        try {
            if (!(caller instanceof Caller.Anonymous)) {
                throw new Failure(
                        ErrorCode.INVALID_ARGUMENT,
                        "Only one auth mechanism allowed: a form is signed by its fields, and by"
                                + " nothing else.");
            }
            FormData form =
                    FormData.open(
                            exchange.headers().first("Content-Type").orElse(""), exchange.body());
            String bucket = asked.target().bucket();
            named = new Asked(asked.operation(), Target.checked(bucket, name(form)), asked.query());
            Headers fields = fields(form);
            claimed = identity.caller(accessKey(form));
            PostPolicy.Range range = PostPolicy.Range.ANY;
            Caller signer = caller;
            String signed = "";
            if (form.fields().keySet().stream().anyMatch(SIGNING::contains)) {
                signer = signer(form);
                signed = isSecond(form) ? SECOND : Claim.ALGORITHM;
                PostPolicy policy = policy(form);
                policy.judge(spoken(form, named.target()), FREE, clock.instant());
                range = policy.range();
            }
            Payload payload =
                    new FormPayload(
                            form.file(),
                            exchange.contentLength(),
                            Fields.of(fields),
                            range,
                            signed);
            return new Read(named, fields, new Authentication.Verdict.Accepted(signer, payload));
        } catch (EOFException | ProtocolException e) {
            return rejected(named, claimed, S3Door.incomplete());
        } catch (Failure e) {
            return rejected(named, claimed, e);
        }
    }

    private static Read rejected(Asked asked, Optional<Caller.Known> claimed, Failure failure) {
        return new Read(
                asked, new Headers(), new Authentication.Verdict.Rejected(claimed, failure));
    }

    /** The object's name, with the file's in it where the form says so. */
    private static String name(FormData form) {
        if (!form.fields().containsKey("key")) {
            throw missing("key");
        }
        String name = form.field("key").replace("${filename}", form.fileName());
        if (name.isEmpty()) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT, "User key must have a length greater than 0.");
        }
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(name.getBytes(ISO_8859_1))).toString();
        } catch (CharacterCodingException e) {
            throw new Failure(ErrorCode.INVALID_ARGUMENT, "The key is not UTF-8.");
        }
    }

    // ---- who ------------------------------------------------------------------------------------

    private static String accessKey(FormData form) {
        String credential = form.field("x-amz-credential");
        int slash = credential.indexOf('/');
        return credential.isEmpty()
                ? form.field("awsaccesskeyid")
                : credential.substring(0, slash < 0 ? credential.length() : slash);
    }

    /** The credential whose signature of the policy is right. */
    private Caller.Known signer(FormData form) {
        if (!form.fields().containsKey("policy")) {
            throw missing("policy");
        }
        boolean second = isSecond(form);
        String signature = form.field(second ? "signature" : "x-amz-signature");
        if (signature.isEmpty()) {
            throw missing(second ? "signature" : "X-Amz-Signature");
        }
        Signed right = second ? second(form) : fourth(form);
        if (!MessageDigest.isEqual(right.signature(), signature.getBytes(ISO_8859_1))) {
            throw new Failure(
                    ErrorCode.SIGNATURE_DOES_NOT_MATCH,
                    "The request signature we calculated does not match the signature you"
                            + " provided. Check your key and signing method.");
        }
        return right.caller();
    }

    private static boolean isSecond(FormData form) {
        return form.fields().containsKey("awsaccesskeyid");
    }

    /** Who would have signed the form, and how. */
    private record Signed(Caller.Known caller, byte[] signature) {}

    private Signed second(FormData form) {
        if (form.fields().containsKey(TOKEN)) {
            throw SignatureV4.badToken(); // sessions are younger than version 2's end
        }
        String accessKey = form.field("awsaccesskeyid");
        byte[] signature =
                identity.signatureV2(accessKey, form.field("policy").getBytes(ISO_8859_1))
                        .map(Base64.getEncoder()::encode)
                        .orElseThrow(SignatureV4::stranger);
        return new Signed(identity.caller(accessKey).orElseThrow(SignatureV4::stranger), signature);
    }

    private Signed fourth(FormData form) {
        for (String name : new String[] {"x-amz-algorithm", "x-amz-credential", "x-amz-date"}) {
            if (form.field(name).isEmpty()) {
                throw missing(name);
            }
        }
        if (!form.field("x-amz-algorithm").equals(Claim.ALGORITHM)) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "X-Amz-Algorithm only supports \"" + Claim.ALGORITHM + "\".");
        }
        Scope scope = Scope.parse(form.field("x-amz-credential"), ErrorCode.INVALID_ARGUMENT);
        String date = form.field("x-amz-date");
        if (Dates.basic(date).isEmpty() || !date.startsWith(scope.date())) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\", of the"
                            + " day that X-Amz-Credential names.");
        }
        requireScope(scope);
        SignatureV4.Signed signer = signatures.signer(scope, form.field(TOKEN));
        Text policy = new Text(1024).add(form.field("policy"));
        return new Signed(signer.caller(), signer.key().sign(policy));
    }

    private void requireScope(Scope scope) {
        boolean ours =
                scope.region().equals(region) || scope.region().equals(SignatureV4.DEFAULT_REGION);
        if (!ours
                || !scope.service().equals(SignatureV4.SERVICE)
                || !scope.end().equals(SignatureV4.END)) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "X-Amz-Credential is wrong; expecting ACCESSKEY/%s/%s/%s/%s"
                            .formatted(scope.date(), region, SignatureV4.SERVICE, SignatureV4.END),
                    Map.of(Failure.REGION, region));
        }
    }

    private static PostPolicy policy(FormData form) {
        try {
            return PostPolicy.parse(
                    Base64.getMimeDecoder().decode(form.field("policy").getBytes(US_ASCII)));
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    ErrorCode.INVALID_POLICY_DOCUMENT, "Invalid Policy: it is not base64.");
        }
    }

    /** What the policy has to speak of. */
    private static Map<String, String> spoken(FormData form, Target target) {
        Map<String, String> spoken = new HashMap<>();
        form.fields()
                .forEach((name, value) ->
                        spoken.put(name, new String(value.getBytes(ISO_8859_1), UTF_8)));
        spoken.put("bucket", target.bucket());
        spoken.put("key", target.name());
        return spoken;
    }

    private static Failure missing(String field) {
        return new Failure(
                ErrorCode.INVALID_ARGUMENT,
                "Bucket POST must contain a field named '"
                        + field
                        + "'. If it is specified, please check the order of the fields.");
    }

    // ---- what -----------------------------------------------------------------------------------

    /** The header that a PUT would say the same with. */
    private static Headers fields(FormData form) {
        Headers fields = new Headers();
        form.fields()
                .forEach((name, value) -> {
                    String header = header(name);
                    if (!header.isEmpty()) {
                        try {
                            fields.add(
                                    header, name.equals("tagging") ? tags(value) : value.strip());
                        } catch (IllegalArgumentException e) {
                            throw new Failure(
                                    ErrorCode.INVALID_ARGUMENT,
                                    "The value of the field " + name + " is none of a header.");
                        }
                    }
                });
        return fields;
    }

    private static String header(String field) {
        return switch (field) {
            case "acl" -> "x-amz-acl";
            case "tagging" -> "x-amz-tagging";
            case "redirect" -> "success_action_redirect";
            case "success_action_status", "success_action_redirect", StatedSubjects.HEADER -> field;
            default ->
                    Drafts.KEPT.contains(field)
                                    || field.startsWith("x-amz-")
                                            && !NOT_OF_THE_OBJECT.contains(field)
                            ? field
                            : "";
        };
    }

    /** Tags stand as a document in a form, and as a query in a header. */
    private static String tags(String document) {
        StringBuilder query = new StringBuilder();
        for (Xml set : Xml.parse(document.getBytes(ISO_8859_1), "Tagging").children()) {
            for (Xml tag : set.children()) {
                query.append(query.isEmpty() ? "" : "&")
                        .append(Percent.encode(tag.child("Key")))
                        .append('=')
                        .append(Percent.encode(tag.child("Value")));
            }
        }
        return query.toString();
    }
}
