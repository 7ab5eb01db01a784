package org.domicile.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.domicile.bytes.Budget;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Guard;
import org.domicile.guard.Refused;
import org.domicile.guard.Unopenable;
import org.domicile.guard.Upstream;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpHandler;
import org.domicile.request.Caller;
import org.domicile.request.Request;

/** See the package's page. Safe for concurrent use. */
public final class S3Door implements HttpHandler {
    private static final Logger LOG = System.getLogger("org.domicile.s3");

    /** A body may take its time; what began is committed when it is here. */
    private static final Duration LONGEST = Duration.ofHours(24);

    private final Guard guard;
    private final Authentication authentication;
    private final S3Options options;
    private final InstantSource clock;
    private final Sts sts;
    private final Forms forms;
    private final Reads reads = new Reads();
    private final Budget documents = Budget.ofHeap(8);
    private final CorsRules cors;

    /** A door to a guard, where requests are signed as AWS signs them. */
    public S3Door(Guard guard, S3Options options, InstantSource clock) {
        this(guard, Authentication.open(guard.identity(), options.region(), clock), options, clock);
    }

    S3Door(Guard guard, Authentication authentication, S3Options options, InstantSource clock) {
        this.guard = guard;
        this.authentication = authentication;
        this.options = options;
        this.cors = new CorsRules(guard, documents);
        this.clock = clock;
        this.sts = new Sts(guard, options.region(), clock, this::request);
        this.forms = new Forms(guard.identity(), options.region(), clock);
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        answer(shared(exchange));
    }

    /** As it is, but for a page of another origin that a bucket's rules let in. */
    private Exchange shared(Exchange exchange) {
        if (exchange.headers().first("Origin").isEmpty()) {
            return exchange;
        }
        try {
            return new SharedExchange(exchange, Cors.shared(exchange, cors, options));
        } catch (StorageFailure e) {
            return exchange; // the request itself will meet it, and say it
        }
    }

    private void answer(Exchange exchange) throws IOException {
        try {
            serve(exchange);
        } catch (Failure e) {
            fail(exchange, e);
        } catch (StorageFailure e) {
            broken(exchange, e);
        } catch (IOException e) {
            throw e;
        } catch (RuntimeException e) {
            if (exchange.responded()) {
                throw e; // the connection is cut, and the server logs it with the request's id
            }
            LOG.log(Level.ERROR, "request=" + exchange.requestId() + " is a bug", e);
            fail(
                    exchange,
                    new Failure(
                            ErrorCode.INTERNAL_ERROR,
                            "We encountered an internal error. Please try again."));
        }
    }

    private void serve(Exchange exchange) throws IOException {
        if (StsQuery.isMeant(exchange, options.domain())) {
            sts.serve(exchange);
            return;
        }
        Asked asked = Asked.UNREADABLE;
        Optional<Failure> unreadable = Optional.empty();
        try {
            asked =
                    Asked.parse(
                            exchange.method(),
                            exchange.rawPath(),
                            exchange.rawQuery(),
                            exchange.headers(),
                            options.domain());
        } catch (Failure e) {
            unreadable = Optional.of(e); // who sent it is asked first: it may have to be recorded
        }
        if (asked.operation() == Operation.PREFLIGHT) {
            Cors.preflight(exchange, guard, cors, asked.target().bucket());
            return;
        }
        Authentication.Verdict verdict = authentication.judge(exchange);
        Headers fields = exchange.headers();
        if (asked.operation() == Operation.POST_OBJECT
                && verdict instanceof Authentication.Verdict.Accepted(Caller caller, Payload _)) {
            Forms.Read form = forms.read(exchange, asked, caller);
            asked = form.asked();
            fields = form.fields();
            verdict = form.verdict();
        }
        switch (verdict) {
            case Authentication.Verdict.Rejected(
                            Optional<Caller.Known> claimed,
                            Failure failure) -> {
                String action = asked.operation().action();
                String reason = failure.code().code();
                if (claimed.isPresent()) {
                    guard.objects(request(exchange, claimed.get()))
                            .refuse(action, asked.target().bucket(), asked.target().name(), reason);
                } else {
                    guard.stranger(action, reason);
                }
                throw failure;
            }
            case Authentication.Verdict.Accepted(Caller caller, Payload payload) -> {
                List<String> stated = List.of();
                try {
                    stated = StatedSubjects.of(fields);
                } catch (Failure e) {
                    unreadable = unreadable.or(() -> Optional.of(e));
                }
                Request request = request(exchange, caller);
                Call call =
                        new Call(
                                exchange, asked, fields, request, payload, stated, guard, options,
                                documents);
                try {
                    serve(call, unreadable);
                } finally {
                    call.release();
                }
            }
        }
    }

    private void serve(Call call, Optional<Failure> unreadable) throws IOException {
        try {
            if (unreadable.isPresent()) {
                throw unreadable.get();
            }
            if (!call.operation().served()) {
                throw unserved(call);
            }
            if (call.caller() instanceof Caller.Anonymous && readsDocument(call.operation())) {
                throw anonymous(); // before a byte of a stranger's document is read
            }
            Unserved.check(call);
            dispatch(call);
        } catch (Failure e) {
            fail(call, e);
        } catch (Refused e) {
            fail(call.exchange(), call.caller(), refused(e), e.use());
        } catch (Upstream.Invalid e) {
            fail(call, new Failure(ErrorCode.of(e.code()), String.valueOf(e.getMessage())));
        } catch (Unopenable e) {
            fail(call, unopenable(e));
        } catch (UncheckedIOException e) {
            fail(call, arrived(e));
        } catch (EOFException | ProtocolException e) {
            fail(call, incomplete());
        }
    }

    /** Strangers learn nothing of what is served: it would be refused to them anyway. */
    private static Failure unserved(Call call) {
        return call.caller() instanceof Caller.Anonymous
                ? anonymous()
                : new Failure(
                        ErrorCode.NOT_IMPLEMENTED,
                        "Domicile does not serve this operation yet ("
                                + call.operation().action()
                                + ")."
                                + instead(call.operation()));
    }

    /** What does the same in another way. */
    private static String instead(Operation operation) {
        return operation.action().endsWith("InventoryConfiguration")
                ? " It writes no reports by itself: the operator lists a bucket with 'domicile"
                        + " bucket inventory'."
                : "";
    }

    private static Failure anonymous() {
        return new Failure(
                ErrorCode.ACCESS_DENIED,
                "Sign the request: anonymous callers may do nothing here.");
    }

    private static boolean readsDocument(Operation operation) {
        return switch (operation) {
            case CREATE_BUCKET,
                    DELETE_OBJECTS,
                    COMPLETE_MULTIPART_UPLOAD,
                    PUT_BUCKET_VERSIONING,
                    PUT_BUCKET_CORS,
                    PUT_BUCKET_ENCRYPTION,
                    PUT_BUCKET_TAGGING,
                    PUT_BUCKET_POLICY,
                    PUT_BUCKET_ACL,
                    PUT_OBJECT_ACL,
                    PUT_BUCKET_OWNERSHIP_CONTROLS,
                    PUT_PUBLIC_ACCESS_BLOCK,
                    PUT_BUCKET_LIFECYCLE_CONFIGURATION,
                    PUT_BUCKET_NOTIFICATION_CONFIGURATION,
                    PUT_OBJECT_LOCK_CONFIGURATION,
                    PUT_OBJECT_RETENTION,
                    PUT_OBJECT_LEGAL_HOLD,
                    PUT_OBJECT_TAGGING ->
                    true;
            default -> false;
        };
    }

    /** What the door itself refused is put on record; what the guard has seen is there already. */
    private void fail(Call call, Failure failure) throws IOException {
        if (call.guarded().use().isEmpty()) {
            call.guarded()
                    .refuse(
                            call.operation().action(),
                            call.bucket(),
                            call.name(),
                            failure.code().code());
        }
        fail(call.exchange(), call.caller(), failure, call.guarded().use());
    }

    static Failure refused(Refused e) {
        return e.reason().equals(Refused.NO_SUCH_BUCKET)
                ? Call.noSuchBucket()
                : new Failure(ErrorCode.ACCESS_DENIED, String.valueOf(e.getMessage()));
    }

    /** What a client had better not ask again for: no 5xx, which SDKs retry. */
    static Failure unopenable(Unopenable e) {
        return new Failure(ErrorCode.INVALID_OBJECT_STATE, String.valueOf(e.getMessage()));
    }

    private static Failure arrived(UncheckedIOException e) {
        if (e.getCause() instanceof EOFException || e.getCause() instanceof ProtocolException) {
            return incomplete();
        }
        throw e;
    }

    static Failure incomplete() {
        return new Failure(
                ErrorCode.INCOMPLETE_BODY,
                "You did not provide the number of bytes specified by the Content-Length header.");
    }

    private void dispatch(Call call) throws IOException {
        switch (call.operation()) {
            case LIST_BUCKETS -> BucketCalls.list(call);
            case CREATE_BUCKET -> BucketCalls.create(call);
            case HEAD_BUCKET -> BucketCalls.head(call);
            case DELETE_BUCKET -> BucketCalls.delete(call);
            case GET_BUCKET_LOCATION -> BucketCalls.location(call);
            case GET_BUCKET_VERSIONING -> BucketCalls.versioning(call);
            case PUT_BUCKET_VERSIONING -> BucketCalls.version(call);
            case GET_BUCKET_CORS -> Cors.get(call);
            case PUT_BUCKET_CORS -> Cors.put(call);
            case DELETE_BUCKET_CORS -> Cors.delete(call);
            case GET_BUCKET_ENCRYPTION -> DefaultEncryptions.get(call);
            case PUT_BUCKET_ENCRYPTION -> DefaultEncryptions.put(call);
            case DELETE_BUCKET_ENCRYPTION -> DefaultEncryptions.delete(call);
            case GET_BUCKET_TAGGING -> Tags.ofBucket(call);
            case PUT_BUCKET_TAGGING -> Tags.putOfBucket(call);
            case DELETE_BUCKET_TAGGING -> Tags.deleteOfBucket(call);
            case GET_BUCKET_POLICY -> BucketPolicies.get(call);
            case GET_BUCKET_POLICY_STATUS -> BucketPolicies.status(call);
            case PUT_BUCKET_POLICY -> BucketPolicies.put(call);
            case DELETE_BUCKET_POLICY -> BucketPolicies.delete(call);
            case GET_BUCKET_ACL -> Acls.ofBucket(call);
            case PUT_BUCKET_ACL -> Acls.putOfBucket(call);
            case GET_OBJECT_ACL -> Acls.ofObject(call);
            case PUT_OBJECT_ACL -> Acls.put(call);
            case GET_BUCKET_OWNERSHIP_CONTROLS -> SharingDocuments.ownership(call);
            case PUT_BUCKET_OWNERSHIP_CONTROLS -> SharingDocuments.putOwnership(call);
            case DELETE_BUCKET_OWNERSHIP_CONTROLS -> SharingDocuments.deleteOwnership(call);
            case GET_PUBLIC_ACCESS_BLOCK -> SharingDocuments.publicAccess(call);
            case PUT_PUBLIC_ACCESS_BLOCK -> SharingDocuments.putPublicAccess(call);
            case DELETE_PUBLIC_ACCESS_BLOCK -> SharingDocuments.deletePublicAccess(call);
            case GET_OBJECT_TAGGING -> Tags.ofObject(call);
            case PUT_OBJECT_TAGGING -> Tags.put(call);
            case DELETE_OBJECT_TAGGING -> Tags.delete(call);
            case GET_BUCKET_LIFECYCLE_CONFIGURATION -> Lifecycles.show(call);
            case PUT_BUCKET_LIFECYCLE_CONFIGURATION -> Lifecycles.put(call);
            case DELETE_BUCKET_LIFECYCLE -> Lifecycles.delete(call);
            case GET_BUCKET_NOTIFICATION_CONFIGURATION -> Notifications.show(call);
            case PUT_BUCKET_NOTIFICATION_CONFIGURATION -> Notifications.put(call);
            case GET_OBJECT_LOCK_CONFIGURATION -> ObjectLocks.ofBucket(call);
            case PUT_OBJECT_LOCK_CONFIGURATION -> ObjectLocks.putOfBucket(call);
            case GET_OBJECT_RETENTION -> ObjectLocks.retention(call);
            case PUT_OBJECT_RETENTION -> ObjectLocks.retain(call);
            case GET_OBJECT_LEGAL_HOLD -> ObjectLocks.hold(call);
            case PUT_OBJECT_LEGAL_HOLD -> ObjectLocks.putHold(call);
            case LIST_OBJECTS -> Listings.first(call);
            case LIST_OBJECTS_V2 -> Listings.second(call);
            case LIST_OBJECT_VERSIONS -> Listings.versions(call);
            case LIST_MULTIPART_UPLOADS -> Listings.uploads(call);
            case GET_OBJECT, HEAD_OBJECT -> reads.answer(call);
            case PUT_OBJECT -> Writes.put(call);
            case GET_BUCKET_REQUEST_PAYMENT,
                    GET_BUCKET_LOGGING,
                    GET_BUCKET_ACCELERATE_CONFIGURATION,
                    GET_BUCKET_WEBSITE,
                    GET_BUCKET_REPLICATION ->
                    BucketFacts.answer(call);
            case POST_OBJECT -> Posts.answer(call);
            case GET_OBJECT_ATTRIBUTES -> ObjectAttributes.answer(call);
            case DELETE_OBJECT -> Writes.delete(call);
            case DELETE_OBJECTS -> Deletions.answer(call);
            case COPY_OBJECT -> Copies.copy(call);
            case UPLOAD_PART_COPY -> Copies.part(call);
            case CREATE_MULTIPART_UPLOAD -> Uploads.create(call);
            case UPLOAD_PART -> Uploads.part(call);
            case COMPLETE_MULTIPART_UPLOAD -> Uploads.complete(call);
            case ABORT_MULTIPART_UPLOAD -> Uploads.abort(call);
            case LIST_PARTS -> Uploads.list(call);
            default -> throw new IllegalStateException(call.operation() + " is served by nobody");
        }
    }

    private Request request(Exchange exchange, Caller caller) {
        Instant at = clock.instant();
        InetAddress address = exchange.client().getAddress();
        return new Request(
                exchange.requestId(),
                caller,
                "s3",
                guard.identity().zone(exchange.listener(), address),
                address.getHostAddress(),
                at,
                at.plus(LONGEST),
                Optional.empty());
    }

    private void broken(Exchange exchange, StorageFailure e) throws IOException {
        if (exchange.responded()) {
            throw e;
        }
        LOG.log(
                Level.ERROR,
                "request={0} failed={1}: {2}",
                exchange.requestId(),
                e.kind(),
                e.getMessage());
        fail(exchange, stored(e.kind()));
    }

    private static Failure stored(StorageFailure.Kind kind) {
        return switch (kind) {
            case OVERLOADED -> new Failure(ErrorCode.SLOW_DOWN, "Please reduce your request rate.");
            case FULL ->
                    new Failure(
                            ErrorCode.INSUFFICIENT_STORAGE,
                            "There is no room left for this; nothing was stored.");
            case FENCED, CORRUPT, FOREIGN, CLOSED ->
                    new Failure(
                            ErrorCode.SERVICE_UNAVAILABLE,
                            "Storage cannot serve this request now; the operator's log says why.");
        };
    }

    /** What is no use, or not known to be one. */
    private void fail(Exchange exchange, Failure failure) throws IOException {
        fail(exchange, new Caller.Anonymous(), failure, "");
    }

    private void fail(Exchange exchange, Caller caller, Failure failure, String use)
            throws IOException {
        if (exchange.responded()) {
            throw new IOException("failed inside the answer: " + failure.code().code());
        }
        Headers headers = Call.headers(exchange, guard, caller, use);
        String region = failure.details().getOrDefault(Failure.REGION, "");
        if (!region.isEmpty()) {
            headers.add("x-amz-bucket-region", region);
        }
        Call.fail(exchange, failure.code(), failure.sentence(), headers, failure.details());
    }
}
