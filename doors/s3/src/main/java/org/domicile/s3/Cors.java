package org.domicile.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.domicile.guard.BucketSetting;
import org.domicile.guard.Guard;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.request.Caller;

/**
 * Which web pages may ask a bucket something (Amazon S3 User Guide, "Using cross-origin resource
 * sharing"). A preflight is a browser's question without a signature, so strangers are answered; it
 * opens no data, a bucket that is not there is answered as one without rules, and the ledger counts
 * what strangers asked.
 */
final class Cors {
    private static final int LONGEST_DOCUMENT = 64 << 10;
    private static final String ORIGIN = "Origin";
    private static final String METHOD = "Access-Control-Request-Method";
    private static final String FIELDS = "Access-Control-Request-Headers";

    private Cors() {}

    // ---- the bucket's rules -----------------------------------------------------------------

    static void get(Call call) throws IOException {
        byte[] document =
                BucketDocuments.of(
                        call,
                        BucketSetting.CORS,
                        ErrorCode.NO_SUCH_CORS_CONFIGURATION,
                        "The CORS configuration does not exist.");
        call.xml(CorsRule.document(CorsRule.parse(document)).done(CorsRule.DOCUMENT));
    }

    static void put(Call call) throws IOException {
        List<CorsRule> rules = CorsRule.parse(call.document(LONGEST_DOCUMENT));
        BucketDocuments.set(
                call, BucketSetting.CORS, CorsRule.document(rules).done(CorsRule.DOCUMENT));
        call.empty(200, call.headers());
    }

    static void delete(Call call) throws IOException {
        BucketDocuments.remove(call, BucketSetting.CORS);
        call.empty(204, call.headers());
    }

    // ---- browsers' questions ----------------------------------------------------------------

    /** Answers a preflight. @throws Failure BAD_REQUEST, ACCESS_FORBIDDEN; it is counted then */
    static void preflight(Exchange exchange, Guard guard, CorsRules rules, String bucket)
            throws IOException {
        try {
            Headers answer = allowed(exchange, guard, rules.of(bucket));
            guard.stranger(Operation.PREFLIGHT.action(), "allowed");
            exchange.respond(200, answer, ByteBuffer.allocate(0));
        } catch (Failure e) {
            guard.stranger(Operation.PREFLIGHT.action(), e.code().code());
            throw e;
        }
    }

    private static Headers allowed(Exchange exchange, Guard guard, List<CorsRule> rules) {
        String origin = field(exchange, ORIGIN);
        String method = field(exchange, METHOD);
        String wanted = field(exchange, FIELDS);
        if (origin.isEmpty()) {
            throw new Failure(
                    ErrorCode.BAD_REQUEST,
                    "Insufficient information. Origin request header needed.");
        }
        if (method.isEmpty()) {
            throw new Failure(ErrorCode.BAD_REQUEST, "Invalid Access-Control-Request-Method: null");
        }
        if (rules.isEmpty()) {
            throw new Failure(
                    ErrorCode.ACCESS_FORBIDDEN,
                    "CORSResponse: CORS is not enabled for this bucket.");
        }
        return CorsRule.first(rules, origin, method, wanted)
                .orElseThrow(() ->
                        new Failure(
                                ErrorCode.ACCESS_FORBIDDEN,
                                "CORSResponse: This CORS request is not allowed. No rule of the"
                                        + " bucket has this origin, this method and these headers"
                                        + " together."))
                .answer(Call.headers(exchange, guard, new Caller.Anonymous(), ""), origin, wanted);
    }

    /** What the answer to a page's own request carries, whether it fails or not; mostly nothing. */
    static Headers shared(Exchange exchange, CorsRules rules, S3Options options) {
        String origin = field(exchange, ORIGIN);
        Headers none = new Headers();
        if (origin.isEmpty() || exchange.method().equals("OPTIONS")) {
            return none;
        }
        String bucket = bucket(exchange, options);
        String asked = field(exchange, METHOD);
        String method = asked.isEmpty() ? exchange.method() : asked;
        return CorsRule.first(rules.of(bucket), origin, method, "")
                .map(rule -> rule.answer(none, origin, ""))
                .orElse(none);
    }

    private static String bucket(Exchange exchange, S3Options options) {
        try {
            String domain = options.domain();
            String host = domain.isEmpty() ? "" : field(exchange, "Host");
            return Target.parse(exchange.rawPath(), host, domain).bucket();
        } catch (Failure e) {
            return ""; // who asked for nothing that there could be is told so without CORS
        }
    }

    private static String field(Exchange exchange, String name) {
        return exchange.headers().first(name).orElse("");
    }
}
