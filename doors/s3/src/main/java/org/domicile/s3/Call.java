package org.domicile.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.domicile.bytes.Budget;
import org.domicile.guard.AclAsked;
import org.domicile.guard.Asking;
import org.domicile.guard.CustomerKey;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedObjects;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.policy.Facts;
import org.domicile.request.Caller;
import org.domicile.request.Request;

/** One request that was admitted to the door, and how it is answered. Owned by its thread. */
final class Call {
    /** Sent by a client that wants one, and with the receipt in the answer. */
    private static final String RECEIPT = "x-domicile-receipt";

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** Bytes in memory for each byte of a document: itself and the tree that is made of it. */
    static final long TREE = 8;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Exchange exchange;
    private final Asked asked;
    private final Request request;
    private final Payload payload;
    private final List<String> stated;
    private final Guard guard;
    private final GuardedObjects guarded;
    private final S3Options options;
    private final Budget documents;
    private final List<CustomerKey> customers = new ArrayList<>(2);
    private long held;
    private final Fields fields;
    private final Saying asking;

    /** One request. @param headers its own, or those that a form stands for */
    Call(
            Exchange exchange,
            Asked asked,
            Headers headers,
            Request request,
            Payload payload,
            List<String> stated,
            Guard guard,
            S3Options options,
            Budget documents) {
        this.documents = documents;
        this.exchange = exchange;
        this.asked = asked;
        this.request = request;
        this.payload = payload;
        this.guard = guard;
        this.stated = stated;
        this.options = options;
        this.fields = Fields.of(headers);
        this.asking = new Saying();
        this.guarded = guard.objects(request, stated, asking);
    }

    /** What the request says of itself. Owned by the thread of the view that asks. */
    private final class Saying implements Asking {
        private Map<String, String> body = Map.of();
        private Map<String, String> tags = Map.of();

        @Override
        public Facts facts() {
            return RequestFacts.of(Call.this, body, tags);
        }

        @Override
        public AclAsked acl() {
            return AclForms.ofHeaders(Call.this);
        }

        @Override
        public Arrival arrival() {
            return operation() == Operation.POST_OBJECT ? Arrival.FORM : Arrival.BODY;
        }

        @Override
        public String ownership() {
            return field("x-amz-object-ownership");
        }

        @Override
        public String expectedOwner() {
            return field("x-amz-expected-bucket-owner");
        }

        @Override
        public String expectedSource() {
            return field("x-amz-source-expected-bucket-owner");
        }
    }

    Operation operation() {
        return asked.operation();
    }

    String bucket() {
        return asked.target().bucket();
    }

    /** The object's name. */
    String name() {
        return asked.target().name();
    }

    Query query() {
        return asked.query();
    }

    Payload payload() {
        return payload;
    }

    /**
     * The whole body of a small document. It and what is made of it count against the memory for
     * all documents until {@link #release}.
     */
    byte[] document(int limit) throws IOException {
        long length = exchange.contentLength();
        long wanted = TREE * (length < 0 || length > limit ? limit : length);
        documents.take(wanted, PATIENCE);
        held += wanted;
        return payload.document(limit);
    }

    /** A key of the customer's, wiped by {@link #release}. */
    CustomerKey keep(CustomerKey customer) {
        customers.add(customer);
        return customer;
    }

    /** Whether what the request says was heard by nobody on the way. */
    boolean confidential() {
        return exchange.confidential();
    }

    /** Gives back what {@link #document} took, and wipes customers' keys. */
    void release() {
        customers.forEach(CustomerKey::close);
        customers.clear();
        documents.give(held);
        held = 0;
    }

    /** Says which tags the request sets, before the guarded call that could be judged by them. */
    void setting(Map<String, String> tags) {
        asking.tags = tags;
    }

    /**
     * The same for what else its body says.
     *
     * @param values by the names of condition keys
     */
    void saying(Map<String, String> values) {
        asking.body = values;
    }

    GuardedObjects guarded() {
        return guarded;
    }

    /** A view under the request for one thread, and what is said to it. */
    record View(GuardedObjects objects, Consumer<Map<String, String>> saying) {}

    /** That of the request's own thread. */
    View view() {
        return new View(guarded, this::saying);
    }

    /** Another one. */
    View viewElsewhere() {
        Saying own = new Saying();
        return new View(guard.objects(request, stated, own), values -> own.body = values);
    }

    S3Options options() {
        return options;
    }

    /** When it arrived. */
    Instant at() {
        return request.at();
    }

    Caller caller() {
        return request.caller();
    }

    /** Who owns what this caller may see: the organisation, as an AWS account would. */
    String owner() {
        return request.caller() instanceof Caller.Known known ? known.organisation() : "";
    }

    Fields fields() {
        return fields;
    }

    /** A field by lower-case name; empty when there is none. */
    String field(String name) {
        return fields.joined(name);
    }

    boolean has(String field) {
        return fields.has(field);
    }

    /** The version that the query names. @throws Failure INVALID_ARGUMENT */
    Optional<String> version() {
        return query().has("versionId")
                ? Optional.of(Versions.checked(query().value("versionId")))
                : Optional.empty();
    }

    // ---- answers ----------------------------------------------------------------------------

    /** The fields that every answer has. */
    Headers headers() {
        return headers(exchange, guard, request.caller(), guarded.use());
    }

    /**
     * @param caller who is answered, as far as that is known
     */
    static Headers headers(Exchange exchange, Guard guard, Caller caller, String use) {
        String id = exchange.requestId();
        Headers headers =
                new Headers()
                        .add("x-amz-request-id", id)
                        .add(
                                "x-amz-id-2",
                                Base64.getEncoder()
                                        .encodeToString(id.getBytes(StandardCharsets.US_ASCII)))
                        .add("Server", "Domicile");
        if (use.isEmpty()) {
            return headers;
        }
        headers.add("x-domicile-use", use);
        Optional<String> said = exchange.headers().first(RECEIPT);
        if (said.map("on"::equalsIgnoreCase).orElseGet(() -> guard.wantsReceipts(caller))) {
            guard.receipt(use).ifPresent(receipt -> headers.add(RECEIPT, receipt));
        }
        return headers;
    }

    Exchange exchange() {
        return exchange;
    }

    void empty(int status, Headers headers) throws IOException {
        exchange.respond(status, headers, NOTHING.duplicate());
    }

    void xml(int status, Headers headers, ByteBuffer document) throws IOException {
        exchange.respond(status, headers.add("Content-Type", "application/xml"), document);
    }

    void xml(ByteBuffer document) throws IOException {
        xml(200, headers(), document);
    }

    /** Answers with an error and what else is to be said with it. */
    void fail(ErrorCode code, String sentence, Headers headers, Map<String, String> details)
            throws IOException {
        fail(exchange, code, sentence, headers, details);
    }

    static void fail(
            Exchange exchange,
            ErrorCode code,
            String sentence,
            Headers headers,
            Map<String, String> details)
            throws IOException {
        XmlOut out = XmlOut.error().element("Code", code.code()).element("Message", sentence);
        details.forEach(out::element);
        out.element("Resource", exchange.rawPath())
                .element("RequestId", exchange.requestId())
                .element("HostId", headers.first("x-amz-id-2").orElse(""));
        exchange.respond(
                code.status(), headers.add("Content-Type", "application/xml"), out.done("Error"));
    }

    static Failure noSuchBucket() {
        return new Failure(ErrorCode.NO_SUCH_BUCKET, "The specified bucket does not exist.");
    }

    static Failure noSuchKey() {
        return new Failure(ErrorCode.NO_SUCH_KEY, "The specified key does not exist.");
    }

    static Failure noSuchUpload() {
        return new Failure(
                ErrorCode.NO_SUCH_UPLOAD,
                "The specified upload does not exist: its id may be wrong, or it was completed or"
                        + " aborted.");
    }

    static Failure preconditionFailed() {
        return new Failure(
                ErrorCode.PRECONDITION_FAILED,
                "At least one of the pre-conditions you specified did not hold.");
    }
}
