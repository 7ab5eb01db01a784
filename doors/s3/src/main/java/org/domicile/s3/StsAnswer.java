package org.domicile.s3;

import java.io.IOException;
import java.time.format.DateTimeFormatter;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedSessions;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.request.Caller;

/**
 * An answer of STS: a result in AWS's query protocol, or an error. Owned by the request's thread.
 */
final class StsAnswer {
    private static final String NAMESPACE =
            " xmlns=\"https://sts.amazonaws.com/doc/" + StsQuery.VERSION + "/\">";

    private final Exchange exchange;
    private final Headers headers;
    private final String action;
    private final XmlOut out;

    private StsAnswer(Exchange exchange, Headers headers, String action) {
        this.exchange = exchange;
        this.headers = headers;
        this.action = action;
        this.out = XmlOut.begin(action + "Response" + NAMESPACE).open(action + "Result");
    }

    /** Begins an answer. @param use that it tells the number of */
    static StsAnswer to(Exchange exchange, Guard guard, String use, String action) {
        return new StsAnswer(exchange, headers(exchange, guard, use), action);
    }

    private static Headers headers(Exchange exchange, Guard guard, String use) {
        // A credential's wish for receipts is for its uses of data: here the request says it.
        return Call.headers(exchange, guard, new Caller.Anonymous(), use)
                .add("x-amzn-RequestId", exchange.requestId())
                .add("Content-Type", "text/xml");
    }

    StsAnswer text(String tag, String text) {
        out.element(tag, text);
        return this;
    }

    StsAnswer credentials(GuardedSessions.Issued issued) {
        out.open("Credentials")
                .element("AccessKeyId", issued.accessKey())
                .element("SecretAccessKey", issued.secret())
                .element("SessionToken", issued.token())
                .element("Expiration", DateTimeFormatter.ISO_INSTANT.format(issued.expires()))
                .close("Credentials");
        return this;
    }

    StsAnswer role(GuardedSessions.Issued issued) {
        out.open("AssumedRoleUser")
                .element("AssumedRoleId", issued.self().id())
                .element("Arn", issued.self().arn())
                .close("AssumedRoleUser");
        if (issued.percent() > 0) {
            out.element("PackedPolicySize", issued.percent());
        }
        return this;
    }

    void send() throws IOException {
        out.close(action + "Result")
                .open("ResponseMetadata")
                .element("RequestId", exchange.requestId())
                .close("ResponseMetadata");
        exchange.respond(200, headers, out.done(action + "Response"));
    }

    static void fail(Exchange exchange, Guard guard, StsFailure failure, String use)
            throws IOException {
        XmlOut out =
                XmlOut.begin("ErrorResponse" + NAMESPACE)
                        .open("Error")
                        .element("Type", failure.code().status() < 500 ? "Sender" : "Receiver")
                        .element("Code", failure.code().code())
                        .element("Message", failure.sentence())
                        .close("Error")
                        .element("RequestId", exchange.requestId());
        exchange.respond(
                failure.code().status(), headers(exchange, guard, use), out.done("ErrorResponse"));
    }
}
