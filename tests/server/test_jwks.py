"""Tokens that somebody else signs are believed by their published keys, and by nothing else."""

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from channels.credentials import TokenInvalid
from channels.tokens import RealtimeTokens, TokenRules
from domain.kernel import Busy
from server.jwks import KEPT_SECONDS, PAUSE_SECONDS, KeySet, open_keys
from tests.conftest import NOON

SECRET = "a secret of thirty-two bytes or so"
NOW = int(NOON.timestamp())
PRIVATE = {
    "RS256": rsa.generate_private_key(public_exponent=65_537, key_size=2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
DRAWN_BY = {"RS256": RSAAlgorithm, "ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}


def published(*algorithms, **more):
    """Return the keys as they are published; each is named by its algorithm."""
    keys = [
        DRAWN_BY[name].to_jwk(PRIVATE[name].public_key(), as_dict=True)
        | {"kid": name, "alg": name, "use": "sig"}
        | more
        for name in algorithms
    ]
    return {"keys": keys}


class Issuer:
    """Publishes keys, as long as it is up."""

    def __init__(self) -> None:
        self.says = published(*PRIVATE)
        self.asked = 0
        self.now = 1000.0

    def answer(self, request):
        """Answer a request."""
        self.asked += 1
        if isinstance(self.says, int):
            return httpx.Response(self.says)
        if isinstance(self.says, bytes):
            return httpx.Response(200, content=self.says)
        return httpx.Response(200, json=self.says)


@pytest.fixture
def issuer():
    """Somebody who signs tokens."""
    return Issuer()


@pytest.fixture
async def tokens(issuer):
    """Who reads them."""
    transport = httpx.MockTransport(issuer.answer)
    async with httpx.AsyncClient(transport=transport) as http:
        keys = KeySet("https://issuer.example/jwks", http=http, timer=lambda: issuer.now)
        yield RealtimeTokens(TokenRules(secret=SECRET), keys=keys)


def signed(algorithm, *, key=None, kid=..., number=0):
    """Return a token; each number is another one."""
    said = {"sub": "7", "aud": "realtime", "exp": NOW + 60, "jti": str(number)}
    header = {} if kid is None else {"kid": algorithm if kid is ... else kid}
    return jwt.encode(said, key or PRIVATE[algorithm], algorithm=algorithm, headers=header)


async def is_read(tokens, token):
    try:
        return (await tokens.read_connection(token, now=NOON)).user_id == 7
    except TokenInvalid:
        return False


@pytest.mark.parametrize("algorithm", PRIVATE)
async def test_a_published_key_is_believed(tokens, issuer, algorithm):
    """Of each kind; the set is fetched once for many tokens. Our own secret goes on."""
    for number in range(3):
        assert await is_read(tokens, signed(algorithm, number=number))
    assert issuer.asked == 1
    assert await is_read(tokens, signed("HS256", key=SECRET))


async def test_a_public_key_is_no_secret(tokens):
    """RFC 8725 §2.1: whoever signs with what everybody knows proves nothing."""
    public = PRIVATE["RS256"].public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = jwt.encode({"sub": "7"}, "x" * 32, algorithm="HS256", headers={"kid": "RS256"})
    hmac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    body = signed("RS256").split(".")[1]
    asked = f"{header.split('.')[0]}.{body}"
    forged = f"{asked}.{jwt.utils.base64url_encode(hmac.sign(asked.encode(), pem)).decode()}"
    assert not await is_read(tokens, forged)


async def test_a_key_signs_by_its_own_algorithm_only(tokens, issuer):
    """Another's, a nameless one's, one for encryption, or a symmetric one: all refused."""
    other = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    assert not await is_read(tokens, signed("RS256", key=other))
    assert not await is_read(tokens, signed("RS256", kid="ES256"))
    assert not await is_read(tokens, signed("RS256", kid=None))
    issuer.now += KEPT_SECONDS
    issuer.says = published("RS256", use="enc")
    assert not await is_read(tokens, signed("RS256", number=1))
    issuer.now += KEPT_SECONDS
    shared = {"kty": "oct", "kid": "HS512", "alg": "HS512", "k": "eHh4" * 22}
    issuer.says = {"keys": [shared]}
    assert not await is_read(tokens, signed("HS512", key=b"xxx" * 22))


async def test_a_new_key_is_found_and_an_old_one_forgotten(tokens, issuer):
    """A token that names it has the set fetched anew, not more often than now and then."""
    issuer.says = published("RS256")
    assert await is_read(tokens, signed("RS256"))
    issuer.says = published("ES256")
    for number in range(5):
        assert not await is_read(tokens, signed("ES256", number=number))
    assert issuer.asked == 1
    issuer.now += PAUSE_SECONDS
    assert await is_read(tokens, signed("ES256"))
    assert not await is_read(tokens, signed("RS256", number=1))


@pytest.mark.parametrize("trouble", [500, 404, b"{", b"[]", b'{"keys": 1}', b'{"keys": []}'])
async def test_an_issuer_in_trouble_is_waited_for(tokens, issuer, trouble):
    """Known keys go on; of an unknown one nobody can tell, and the client may come back."""
    healthy, issuer.says = issuer.says, trouble
    for number in range(3):
        with pytest.raises(Busy):
            await tokens.read_connection(signed("RS256", number=number), now=NOON)
    assert issuer.asked == 1
    issuer.says = healthy
    issuer.now += PAUSE_SECONDS
    assert await is_read(tokens, signed("RS256"))
    issuer.says = trouble
    issuer.now += KEPT_SECONDS
    assert await is_read(tokens, signed("RS256", number=4))
    with pytest.raises(Busy):
        await tokens.read_connection(signed("RS256", kid="unknown"), now=NOON)


async def test_without_an_address_there_are_no_keys():
    """Then only our own secret is believed."""
    async with open_keys("") as keys:
        assert keys is None
    async with open_keys("https://issuer.example/jwks") as keys:
        assert isinstance(keys, KeySet)
    lone = RealtimeTokens(TokenRules(secret=SECRET))
    assert not await is_read(lone, signed("RS256"))
