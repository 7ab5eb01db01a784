package org.domicile.streams;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.apache.kafka.common.network.Send;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestAndSize;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.network.Request;
import org.apache.kafka.network.metrics.RequestChannelMetrics;

/**
 * Shows what Kafka answers to a request: it asks the request's context to encode each answer. The
 * request is the same with another context, and is not parsed again.
 */
final class AnswerTap extends RequestContext {
    private final RequestAndSize parsed;
    private final Consumer<AbstractResponse> shown;

    private AnswerTap(RequestContext of, RequestAndSize parsed, Consumer<AbstractResponse> shown) {
        super(
                of.header,
                of.connectionId,
                of.clientAddress,
                of.clientPort,
                of.principal,
                of.listenerName,
                of.securityProtocol,
                of.clientInformation,
                of.fromPrivilegedListener,
                of.principalSerde);
        this.parsed = parsed;
        this.shown = shown;
    }

    /**
     * The request in whose place Kafka is given it. Its memory is let go with the other one's, by
     * who took that from the queue.
     *
     * @param request that came on its own connection, and whose memory is held while it is handled
     * @param shown what is answered, before it is sent, by whichever thread answers; none where
     *     nobody waits for an answer
     */
    static Request on(
            Request request, RequestChannelMetrics metrics, Consumer<AbstractResponse> shown) {
        int body = request.sizeInBytes() - request.header().size();
        Request tapped =
                new Request(
                        request.processor(),
                        new AnswerTap(
                                request.context(), new RequestAndSize(request.body(), body), shown),
                        request.startTimeNanos(),
                        request.memoryPool(),
                        request.buffer(),
                        metrics);
        tapped.requestDequeueTimeNanos(request.requestDequeueTimeNanos());
        return tapped;
    }

    @Override
    public RequestAndSize parseRequest(ByteBuffer buffer) {
        return parsed;
    }

    @Override
    public Send buildResponseSend(AbstractResponse response) {
        shown.accept(response);
        return super.buildResponseSend(response);
    }
}
