//! Speaking with a provider: what it says of itself, its tokens, and what they say of a person.
//!
//! Owns the protocol's steps and the checks of a token (issuer, audience, signature, nonce, time), all by the library `openidconnect` over
//! `ureq`. Blocks while it waits: the caller runs it on a thread of its own.
//!
//! Invariant: nothing is read from a token before all its checks have passed; no redirect is followed, so that a provider cannot send us
//! elsewhere.
//!
//! Start reading at [`Spoken::identity`].

use std::{collections::BTreeMap, time::Duration};

use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthorizationCode, Client, ClientId, ClientSecret,
    CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IdTokenFields, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, StandardErrorResponse, StandardTokenResponse,
    TokenResponse as _, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType,
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{OidcRefusal, config::Provider};

/// An answer of a provider takes no longer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// An answer of a provider is no longer.
const MOST: u64 = 1024 * 1024;

/// Claims beside the standard's.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Further {
    #[serde(flatten)]
    all: BTreeMap<String, Value>,
}

impl AdditionalClaims for Further {}

type Tokens = StandardTokenResponse<
    IdTokenFields<
        Further,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type Speaker = Client<
    Further,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A way out.
pub(super) struct Out {
    /// Where the browser goes.
    pub location: String,
    /// What comes back.
    pub state: String,
    /// What the token has to name.
    pub nonce: String,
    /// What proves that the code is ours.
    pub verifier: String,
}

/// Who came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    /// Issuer and subject: the provider's own name of this person.
    pub subject: String,
    /// Credit code.
    pub uscc: Option<String>,
    /// Name of the legal person.
    pub name: Option<String>,
}

/// A provider that has told of itself.
pub(super) struct Spoken {
    client: Speaker,
    provider: Provider,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Wire(String);

/// Sends a request and takes its answer.
fn send(request: HttpRequest) -> Result<HttpResponse, Wire> {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .http_status_as_error(false)
        .proxy(None)
        .build();
    let wire = |error: ureq::Error| Wire(error.to_string());
    let answer = ureq::Agent::new_with_config(config)
        .run(request)
        .map_err(wire)?;
    let (parts, mut body) = answer.into_parts();
    let bytes = body.with_config().limit(MOST).read_to_vec();
    Ok(HttpResponse::from_parts(parts, bytes.map_err(wire)?))
}

impl Spoken {
    /// Asks a provider about itself. `back` is where it sends people back to.
    pub fn with(provider: &Provider, back: &str) -> Result<Self, OidcRefusal> {
        let away = |why: String| OidcRefusal::Away {
            provider: provider.titled(),
            why,
        };
        let issuer = IssuerUrl::new(provider.issuer.clone());
        let issuer = issuer.map_err(|error| away(error.to_string()))?;
        let told = CoreProviderMetadata::discover(&issuer, &send);
        let told = told.map_err(|error| away(format!("{error:?}")))?;
        let secret = match &provider.secret_env {
            Some(name) => {
                let secret = std::env::var(name);
                Some(secret.map_err(|_| OidcRefusal::File {
                    why: format!("{name} is not set"),
                })?)
            }
            None => None,
        };
        let back = RedirectUrl::new(back.to_owned()).map_err(|error| away(error.to_string()))?;
        let client = Client::from_provider_metadata(
            told,
            ClientId::new(provider.client_id.clone()),
            secret.map(ClientSecret::new),
        );
        Ok(Self {
            client: client.set_redirect_uri(back),
            provider: provider.clone(),
        })
    }

    /// The way to the provider: a code is asked for, tied to us by PKCE, to the trip by state and to the token by nonce.
    pub fn out(&self) -> Out {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut way = self
            .client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge);
        for scope in &self.provider.scopes {
            way = way.add_scope(Scope::new(scope.clone()));
        }
        let (location, state, nonce) = way.url();
        Out {
            location: location.to_string(),
            state: state.secret().clone(),
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
        }
    }

    /// Who a code stands for.
    pub fn identity(
        &self,
        code: &str,
        nonce: &str,
        verifier: &str,
    ) -> Result<Identity, OidcRefusal> {
        let token = |why: String| OidcRefusal::Token { why };
        let request = self
            .client
            .exchange_code(AuthorizationCode::new(code.to_owned()));
        let request = request.map_err(|error| token(error.to_string()))?;
        let answer = request
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()))
            .request(&send)
            .map_err(|error| token(format!("{error:?}")))?;
        let id = answer.id_token().ok_or_else(|| token("none".to_owned()))?;
        // Without `none` and without a shared secret: whoever checks a token cannot have made it.
        let signed = [
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            CoreJwsSigningAlgorithm::RsaSsaPssSha256,
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            CoreJwsSigningAlgorithm::EcdsaP384Sha384,
            CoreJwsSigningAlgorithm::EdDsa,
        ];
        let check = self.client.id_token_verifier().set_allowed_algs(signed);
        let claims = id
            .claims(&check, &Nonce::new(nonce.to_owned()))
            .map_err(|error| token(error.to_string()))?;
        if let Some(told) = claims.access_token_hash() {
            let by = id.signing_alg().map_err(|error| token(error.to_string()))?;
            let key = id
                .signing_key(&check)
                .map_err(|error| token(error.to_string()))?;
            let made = AccessTokenHash::from_token(answer.access_token(), by, key);
            if made.map_err(|error| token(error.to_string()))? != *told {
                return Err(token("another access token".to_owned()));
            }
        }
        let subject = claims.subject().clone();
        let standard = |key: &str| match key {
            "sub" => Some(subject.as_str().to_owned()),
            "name" => claims
                .name()
                .and_then(|it| it.get(None))
                .map(|it| it.as_str().to_owned()),
            "preferred_username" => claims.preferred_username().map(|it| it.as_str().to_owned()),
            _ => None,
        };
        let wanted = &self.provider.claims;
        let find = |key: &str| said(claims.additional_claims(), key).or_else(|| standard(key));
        let (mut uscc, mut name) = (find(&wanted.uscc), find(&wanted.name));
        if uscc.is_none() || name.is_none() {
            // What the token leaves out stands with the person's data, where the provider gives them.
            let asked = self
                .client
                .user_info(answer.access_token().clone(), Some(subject.clone()));
            if let Ok(asked) = asked {
                let told: UserInfoClaims<Further, CoreGenderClaim> = asked
                    .request(&send)
                    .map_err(|error| token(format!("{error:?}")))?;
                let named = |key: &str| match key {
                    "name" => told
                        .name()
                        .and_then(|it| it.get(None))
                        .map(|it| it.as_str().to_owned()),
                    _ => None,
                };
                let find = |key: &str| said(told.additional_claims(), key).or_else(|| named(key));
                uscc = uscc.or_else(|| find(&wanted.uscc));
                name = name.or_else(|| find(&wanted.name));
            }
        }
        Ok(Identity {
            subject: format!("{}|{}", self.provider.issuer, subject.as_str()),
            uscc,
            name,
        })
    }
}

/// What a claim says, where it is a text.
fn said(claims: &Further, key: &str) -> Option<String> {
    let text = claims.all.get(key)?.as_str()?.trim();
    Some(text.to_owned()).filter(|it| !it.is_empty())
}
